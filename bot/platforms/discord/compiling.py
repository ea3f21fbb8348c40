"""A Command, compiled to Discord's own: typed options, choices, ranges, autocomplete and permissions."""

import inspect
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import discord
from discord import app_commands

from bot.core.arguments import TEXT_LIMIT
from bot.core.command import Audience, Command, Option, Takes
from bot.core.platform import SuggestFor
from bot.core.request import Channel, Person, Role, Value
from bot.platforms.discord.requests import NAME, Interaction, channel_from, person_from, request_from
from bot.platforms.discord.roles import role_from

log = logging.getLogger("roadmate.discord")

DESCRIPTION, MOST_CHOICES, CHOICE = 100, 25, 100

Answer = Callable[[Interaction, Command, dict[str, Value]], Awaitable[None]]
Autocomplete = Callable[[Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]
Compiled = app_commands.Command[Any, ..., None]

_EVERYWHERE = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False)
"""A command in a direct message is answered kindly, which it can't be where it does not exist."""
_BY_SERVERS = app_commands.AppInstallationType(guild=True, user=False)


def compile_all(
    commands: Sequence[Command], answer: Answer, suggest: SuggestFor
) -> Sequence[Compiled | app_commands.Group]:
    """Compile every command that can be typed; those of two words become a group's subcommands."""
    found: dict[str, Compiled | app_commands.Group] = {}
    for command in commands:
        if not command.on(NAME):
            continue
        group_name, _, _ = command.name.rpartition(" ")
        compiled = compile_command(command, answer, suggest)
        if not group_name:
            found[command.name] = compiled
            continue
        group = found.setdefault(group_name, _group(group_name, commands))
        assert isinstance(group, app_commands.Group), f"/{group_name} is a command itself"
        group.add_command(compiled)
    return tuple(found.values())


def _group(name: str, commands: Sequence[Command]) -> app_commands.Group:
    theirs = {command.audience for command in commands if command.name.startswith(f"{name} ")}
    # Discord knows no rights of a command in a group, only the group's.
    right = discord.Permissions(manage_guild=True) if theirs == {Audience.ORGANIZER} else None
    # Discord wants a description of a group and shows it to nobody.
    return app_commands.Group(
        name=name,
        description=f"The commands that begin with /{name}",
        default_permissions=right,
        allowed_contexts=_EVERYWHERE,
        allowed_installs=_BY_SERVERS,
        auto_locale_strings=False,
    )


def compile_command(command: Command, answer: Answer, suggest: SuggestFor) -> Compiled:
    """Compile a command; `answer` is awaited with what was typed. Raises ValueError if it breaks a limit."""
    _check_help(f"/{command.name}", command.help)
    options = command.public_options

    async def callback(interaction: Interaction, **typed: Value | None) -> None:
        await answer(
            interaction, command, {name: value for name, value in typed.items() if value is not None}
        )

    # discord.py reads the options from the signature.
    callback.__signature__ = _signature(command, options)  # type: ignore[attr-defined]
    app_commands.describe(**{option.name: option.help for option in options})(callback)
    if choices := {option.name: _choices(command, option) for option in options if option.choices}:
        app_commands.choices(**choices)(callback)
    if suggested := {
        o.name: _autocomplete(command, o, suggest) for o in options if o.suggest and not o.choices
    }:
        app_commands.autocomplete(**suggested)(callback)
    if command.audience is Audience.ORGANIZER:
        app_commands.default_permissions(manage_guild=True)(callback)
    return app_commands.Command(
        name=command.name.rpartition(" ")[2],
        description=command.help,
        callback=callback,
        allowed_contexts=_EVERYWHERE,
        allowed_installs=_BY_SERVERS,
        auto_locale_strings=False,
    )


def _signature(command: Command, options: tuple[Option, ...]) -> inspect.Signature:
    first = inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return inspect.Signature([first, *(_parameter(command, option) for option in options)])


def _parameter(command: Command, option: Option) -> inspect.Parameter:
    _check_help(f"/{command.name} {option.name}", option.help)
    return inspect.Parameter(
        option.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if option.required else None,
        annotation=_annotation(option),
    )


def _check_help(what: str, text: str) -> None:
    if not 1 <= len(text) <= DESCRIPTION:
        raise ValueError(f"the help of {what} has {len(text)} characters; Discord takes 1 to {DESCRIPTION}")


def _annotation(option: Option) -> Any:
    low, high = option.minimum, option.maximum
    match option.takes:
        case Takes.CHANNEL | Takes.PERSON | Takes.ROLE:
            return _PICKED[option.takes]()
        case Takes.TEXT if option.choices:
            return str
        case Takes.TEXT:
            return app_commands.Range[str, None if low is None else int(low), int(high or TEXT_LIMIT)]
        case Takes.INTEGER | Takes.NUMBER:
            kind: type[int | float] = int if option.takes is Takes.INTEGER else float
            if low is None and high is None:
                return kind
            return app_commands.Range[
                kind, None if low is None else kind(low), None if high is None else kind(high)
            ]


class _PickedChannel(app_commands.Transformer[discord.Client]):
    """Takes a channel of any kind; that a kind does not fit is said kindly by the command."""

    type = discord.AppCommandOptionType.channel

    async def transform(self, _interaction: Interaction, value: Any, /) -> Channel:
        return channel_from(value)


class _PickedPerson(app_commands.Transformer[discord.Client]):
    """Takes a person, a member or somebody who has left."""

    type = discord.AppCommandOptionType.user

    async def transform(self, _interaction: Interaction, value: Any, /) -> Person:
        return person_from(value)


class _PickedRole(app_commands.Transformer[discord.Client]):
    """Takes any role; that one does not fit is said kindly by the command."""

    type = discord.AppCommandOptionType.role

    async def transform(self, _interaction: Interaction, value: Any, /) -> Role:
        return role_from(value)


_PICKED: dict[Takes, type[app_commands.Transformer[discord.Client]]] = {
    Takes.CHANNEL: _PickedChannel,
    Takes.PERSON: _PickedPerson,
    Takes.ROLE: _PickedRole,
}


def _choices(command: Command, option: Option) -> list[app_commands.Choice[str]]:
    if len(option.choices) > MOST_CHOICES:
        raise ValueError(
            f"/{command.name} {option.name} has {len(option.choices)} choices; Discord takes {MOST_CHOICES}"
        )
    return [app_commands.Choice(name=choice.label, value=choice.value) for choice in option.choices]


def _autocomplete(command: Command, option: Option, suggest: SuggestFor) -> Autocomplete:
    async def complete(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        filled = {
            k: v for k, v in interaction.namespace if k != option.name and isinstance(v, str | int | float)
        }
        request = request_from(interaction, command.name, filled)
        try:
            found = await suggest(request, option.name, typed)
        except Exception:
            log.exception("no suggestions", extra={"command": command.name, "option": option.name})
            return []
        fitting = [choice for choice in found if choice.label.strip() and 1 <= len(choice.value) <= CHOICE]
        return [
            app_commands.Choice(name=choice.label[:CHOICE], value=choice.value)
            for choice in fitting[:MOST_CHOICES]
        ]

    return complete
