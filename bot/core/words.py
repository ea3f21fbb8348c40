"""What differs in what people read, because their platform calls it otherwise or has another way to do it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Words:
    """`organizers` is who they are, `right` the same in brackets; `give` says how to let the bot post in a channel.

    `discussion` leads to the thread under a post. `phrases` are parts of our sentences that are said otherwise.
    """

    workspace: str
    organizers: str
    right: str
    lacks: str
    give: str
    discussion: str
    phrases: Mapping[str, str] = field(default_factory=dict)


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
    phrases={
        "Study groups live in servers": "Study groups live in workspaces",
        "In a server without one": "In a workspace without one",
        "Someone who may manage the server can": "An organizer can",
        "A group of this server is on hold": "A group of this workspace is on hold",
        "This server has ": "This workspace has ",
        "in every server": "in every workspace",
        "that you have in this server": "that you have in this workspace",
        "The people of the server": "The people of the workspace",
        "When a server removes": "When a workspace removes",
        "everything of that server": "everything of that workspace",
        "say `/status` in the server": "say `/status` in the workspace",
        "An organizer of the other server": "An organizer of the other side",
    },
)
_WORDS = {"discord": DISCORD, "slack": SLACK}


def words_of(platform: str) -> Words:
    """The words of a platform."""
    return _WORDS.get(platform, DISCORD)
