"""What differs in what people read, because their platform calls it otherwise or has another way to do it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """`organizers` is who they are, `right` the same in brackets; `give` says how to let the bot post in a channel.

    `discussion` leads to the thread under a post.
    """

    workspace: str
    organizers: str
    right: str
    lacks: str
    give: str
    discussion: str


DISCORD = Words(
    workspace="server",
    organizers="people with the **Manage Server** permission",
    right="Manage Server",
    lacks="⚠️ Roadmate lacks permissions in that channel",
    give="{} in <#{}>. Open that channel's settings → Permissions → add Roadmate → allow them, then say `/status`. "
    "Until then posts wait; nothing is lost.",
    discussion="<#{thread}>",
)
SLACK = Words(
    workspace="workspace",
    organizers="the workspace's admins and owners, and people whom one of them named with `/organizers`,",
    right="admins, owners, and who they named",
    lacks="⚠️ Roadmate is not in that channel",
    give="Say {} in <#{}>, then `/status`. Until then posts wait; nothing is lost.",
    discussion="[the discussion]({url})",
)
_WORDS = {"discord": DISCORD, "slack": SLACK}


def words_of(platform: str) -> Words:
    """The words of a platform."""
    return _WORDS.get(platform, DISCORD)
