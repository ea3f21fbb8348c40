"""Roles: what is to be known of one before it is given, and giving it."""

from collections.abc import Callable

import discord

from bot.core.platform import Absent, Held, TryLater
from bot.core.request import Role
from bot.platforms.discord.faults import NO_ACCESS, NO_PERMISSION, UNKNOWN_USER, explained

MANAGE_ROLES = "Manage Roles"
UNKNOWN_MEMBER, UNKNOWN_ROLE, UNKNOWN_SERVER = 10007, 10011, 10004
GONE = "The role is gone. Take its reward away with /rewards, or choose another role."
LACKS = (
    "Roadmate may not manage roles. In the server's settings open Roles, choose Roadmate, and switch "
    "Manage Roles on."
)
ABOVE = (
    "The role stands above Roadmate's own. In the server's settings open Roles, and drag Roadmate's above it."
)
REFUSED = f"{LACKS} If it is on, drag Roadmate's role above the one that it is to give."
_DANGEROUS = frozenset(
    {
        *(
            "administrator",
            "kick_members",
            "ban_members",
            "moderate_members",
            "mention_everyone",
            "view_audit_log",
        ),
        *("mute_members", "deafen_members", "move_members", "view_guild_insights", "bypass_slowmode"),
        *("view_creator_monetization_analytics", "create_expressions", "create_events"),
    }
)


def role_from(role: discord.Role) -> Role:
    """Read a role that was picked as an option, with what the cache knows of the bot's own place."""
    # The server's own member has not always arrived.
    me: discord.Member | None = role.guild.me
    return Role(
        str(role.id),
        role.name,
        everyone=role.is_default(),
        managed=role.managed,
        dangers=tuple(
            sorted(_shown(name) for name, held in role.permissions if held and _is_dangerous(name))
        ),
        missing=None if me is None else (() if me.guild_permissions.manage_roles else (MANAGE_ROLES,)),
        in_reach=None if me is None else me.top_role > role,
    )


def _is_dangerous(name: str) -> bool:
    return name in _DANGEROUS or name.startswith("manage_")


def _shown(name: str) -> str:
    return "Manage Server" if name == "manage_guild" else name.replace("_", " ").title()


class DiscordRoles:
    """Gives and takes roles by their ids alone: a person need not be in any cache."""

    def __init__(self, client: Callable[[], discord.Client]) -> None:
        self._client = client

    async def put(self, workspace: str, person: str, role: str, *, on: bool) -> None:
        """Give somebody a role, or take it from them. Both can be said again and change nothing then."""
        client = self._client()
        if not client.is_ready() or client.is_closed():
            raise TryLater("Not connected to Discord.")
        call = client.http.add_role if on else client.http.remove_role
        async with explained(lambda: None):
            try:
                await call(int(workspace), int(person), int(role), reason="A reward of the study group")
            except discord.HTTPException as error:
                if (meaning := self._meaning(error, workspace, role)) is not None:
                    raise meaning from error
                raise

    def _meaning(self, error: discord.HTTPException, workspace: str, role: str) -> Exception | None:
        if error.code in (UNKNOWN_MEMBER, UNKNOWN_USER):
            return Absent("They are not on the server any more.")
        if error.code == UNKNOWN_ROLE:
            return Held(GONE, gone=True)
        if error.code in (NO_ACCESS, NO_PERMISSION, UNKNOWN_SERVER):
            return Held(self._why(workspace, role))
        return None

    def _why(self, workspace: str, role: str) -> str:
        guild = self._client().get_guild(int(workspace))
        found = guild.get_role(int(role)) if guild else None
        known = role_from(found) if found else None
        if known is None or known.missing is None:
            return REFUSED
        if known.missing:
            return LACKS
        return REFUSED if known.in_reach else ABOVE
