"""Talk to the bot as people do: `await say(alice, "/done docker")`, `await click(alice, answer, "Next")`."""

import re
from dataclasses import dataclass, field
from typing import Any

import discord
from simcord import ChannelHandle, InteractionResult, MemberActor, ResponseMessage, UserHandle

Somebody = MemberActor | UserHandle
Shown = discord.Message | ResponseMessage
_NUMBERS = {4: int, 10: float}
_BUTTON, _SUBCOMMAND = 2, 1


@dataclass
class Said:
    """What the bot answered, as a person reads it."""

    title: str = ""
    text: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    footer: str = ""
    buttons: list[str] = field(default_factory=list)
    private: bool = False
    message: Shown | None = None
    form: InteractionResult | None = None
    result: InteractionResult | None = None

    def __str__(self) -> str:
        """Everything there is to read."""
        parts = (
            self.title,
            self.text,
            *(f"{name}\n{text}" for name, text in self.fields.items()),
            self.footer,
        )
        return "\n".join(filter(None, parts))

    def __contains__(self, words: str) -> bool:
        """Whether the words can be read somewhere, in whatever case."""
        return words.lower() in str(self).lower()


async def say(who: Somebody, text: str, channel: ChannelHandle | None = None, /, **options: Any) -> Said:
    """Send a command. `/done docker`: the words are the first option; `/setup day:Monday pace:2`: named options."""
    name, _, rest = text.removeprefix("/").partition(" ")
    place = channel or _usual(who)
    command = who._env.backend.find_command(name, who.guild.id if isinstance(who, MemberActor) else None)
    declared = (command or {}).get("options") or []
    word, _, after = rest.partition(" ")
    if under := next((o for o in declared if o["type"] == _SUBCOMMAND and o["name"] == word), None):
        name, rest, declared = f"{name} {word}", after, under.get("options") or []
    options |= _parsed(declared, rest.strip())
    sent = who.slash(place, name, **options) if isinstance(who, MemberActor) else who.slash(name, **options)
    return _answer(await sent)


async def click(who: Somebody, shown: "Said | Shown", label: str) -> Said:
    """Click a button by its label."""
    message = shown.message if isinstance(shown, Said) else shown
    assert message is not None, "there is no message to click in"
    return _answer(await who.click(message, label=label))


async def fill_in(who: Somebody, shown: Said, **values: str) -> Said:
    """Fill in and submit the form that a button has shown."""
    assert shown.form is not None, "no form was shown"
    return _answer(await who.submit_modal(shown.form, values))


async def suggestions(who: MemberActor, command: str, option: str, typed: str, **filled: Any) -> list[str]:
    """Type into an option and read what is suggested, as the values that would be sent."""
    offered = await who.autocomplete(_usual(who), command, option, typed, **filled)
    return [choice["value"] for choice in offered]


def read(message: Shown) -> Said:
    """Read a message of the bot's."""
    embed = message.embeds[0] if message.embeds else discord.Embed(description=message.content)
    rows: Any = message.components
    if isinstance(message, discord.Message):
        rows = [row.to_dict() for row in message.components]
    return Said(
        embed.title or "",
        embed.description or "",
        {field.name or "": field.value or "" for field in embed.fields},
        embed.footer.text or "",
        [item.get("label") or "" for row in rows for item in row["components"] if item["type"] == _BUTTON],
        message.flags.ephemeral,
        message,
    )


def _answer(result: InteractionResult) -> Said:
    if result.modal is not None:
        return Said(title=result.modal["title"], form=result, result=result)
    shown = result.followups[-1] if result.followups else result.response
    assert shown is not None, f"no answer: {result}"
    said = read(shown)
    said.result = result
    return said


def _usual(who: Somebody) -> ChannelHandle:
    if isinstance(who, UserHandle):
        return who.dm_channel
    return next(iter(who.guild.channels.values()))


def _parsed(declared: list[dict[str, Any]], rest: str) -> dict[str, Any]:
    types = {option["name"]: option["type"] for option in declared}
    first, *named = re.split(rf"(?:^|\s)({'|'.join(types) or '-'}):", rest)
    typed = dict(zip(named[::2], named[1::2], strict=True))
    if first.strip():
        typed[next(iter(types))] = first
    return {name: _NUMBERS.get(types[name], str)(text.strip()) for name, text in typed.items()}
