"""/rewards on Discord: real roles, with the rights and the order that Discord asks for."""

from typing import Any

import discord
import pytest

from tests.commands.asking import rows
from tests.conftest import World
from tests.talk import click, say, suggestions


def has(world: World, who: Any, role: Any) -> bool:
    """Whether somebody has a role on the server."""
    return role.id in world.env.backend.get_guild(world.guild.id).members[who.id].role_ids


async def look(world: World) -> None:
    """Let the bot look at what was recorded."""
    await world.env.advance_time(120)
    await world.app.tick()
    await world.env.settle()


async def test_a_role_comes_and_goes_on_the_server(group: World) -> None:
    """The role is on the member after their record, and off after they took it back."""
    role = group.badge()
    said = await say(group.olivia, "/rewards item:docker", role=role)
    assert said.title.startswith("Finisher is given for Docker")
    await say(group.alice, "/done docker")
    await look(group)
    assert has(group, group.alice, role)
    assert not has(group, group.bob, role)
    await say(group.alice, "/undo")
    await look(group)
    assert not has(group, group.alice, role)


@pytest.mark.parametrize("permission", ["administrator", "manage_guild", "ban_members", "mention_everyone"])
async def test_a_dangerous_role_is_refused(group: World, permission: str) -> None:
    """Nobody gets a right over others by studying."""
    role = group.badge(permissions=discord.Permissions(**{permission: True}).value)
    said = await say(group.olivia, "/rewards item:docker", role=role)
    assert said.title == "That role can't be given"
    assert said.private
    assert rows(group, "SELECT * FROM reward") == []


async def test_what_is_missing_is_said_first(group: World) -> None:
    """@everyone, an app's own role, one above the bot's, and a bot without Manage Roles are refused with what to do."""
    backend = group.env.backend
    own = next(r for r in backend.get_guild(group.guild.id).roles.values() if r.managed)
    assert "Everybody has it" in await say(
        group.olivia, "/rewards item:docker", role=group.guild.default_role
    )
    high = group.badge("High")
    group.move(high, 9)
    await group.env.settle()
    assert (
        await say(group.olivia, "/rewards item:docker", role=high)
    ).title == "That role stands above Roadmate's"
    backend.edit_role(
        group.guild.id,
        own.id,
        {"permissions": own.permissions & ~discord.Permissions(manage_roles=True).value},
    )
    await group.env.settle()
    assert (
        await say(group.olivia, "/rewards item:docker", role=group.badge())
    ).title == "Roadmate lacks Manage Roles"


async def test_a_role_that_is_moved_or_deleted_is_held(group: World) -> None:
    """What an organizer has changed since is found at the first call, and /status says it."""
    role = group.badge()
    await say(group.olivia, "/rewards item:docker", role=role)
    group.move(role, 9)
    await say(group.alice, "/done docker")
    await look(group)
    assert "above Roadmate's own" in await say(group.olivia, "/status")
    group.move(role, 1)
    again = await click(group.olivia, await say(group.olivia, "/rewards"), "Try Finisher again")
    assert again.title == "It is tried again"
    await look(group)
    assert has(group, group.alice, role)
    group.env.backend.delete_role(group.guild.id, role.id)
    await say(group.alice, "/undo")
    await say(group.bob, "/done docker")
    await look(group)
    assert "The role is gone" in await say(group.olivia, "/rewards")


async def test_sections_and_topics_are_suggested(group: World) -> None:
    """What may be rewarded is offered while somebody types."""
    offered = await suggestions(group.olivia, "rewards", "item", "")
    sections = {section.key for section in group.app.memory.catalog.by_key("mlops").roadmap.sections}  # type: ignore[union-attr]
    assert sections <= set(offered)
    assert "docker" in await suggestions(group.olivia, "rewards", "item", "dock")
