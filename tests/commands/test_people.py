"""Being a member, and how far one is: /join, /leave, /progress, /help."""

import pytest

from tests.commands.asking import ask, rows
from tests.conftest import World
from tests.makers import ON_DISCORD as COMMANDS
from tests.talk import Said, click, say


async def progress_of(world: World, name: str, **who: object) -> Said:
    """Look at somebody's progress through bob's eyes."""
    return await say(world.bob, "/progress", world.study, member=getattr(world, name), **who)


async def test_progress_counts_topics_and_resources_by_section(group: World) -> None:
    """/progress says "2 of 14 topics" and the resources, also those that a whole topic covers."""
    for item in ("docker", "terraform", "leetcode"):
        await ask(group, group.alice, "done", item=item)
    said = await say(group.alice, "/progress")
    assert said.title == "Your progress"
    assert "2 of 14 topics, 5 of 38 resources" in said
    assert "On now: **Python**" in said
    assert next(iter(said.fields)) == "Programming"
    assert "0 of 2 topics, 1 of 9 resources" in said.fields["Programming"]
    assert "rank 1 in the group" in said
    assert said.private


async def test_progress_of_another_member(group: World) -> None:
    """Another member's progress is shown with their name; who is no member is said to be none."""
    await ask(group, group.alice, "done", item="docker")
    said = await progress_of(group, "alice")
    assert said.title == "Progress of alice"
    assert "1 of 14 topics" in said
    assert (await progress_of(group, "olivia")).title == "Not in this group"
    assert (await progress_of(group, "bob")).title == "Your progress"


async def test_progress_of_another_is_still_theirs_after_the_question_which_group(group: World) -> None:
    """Outside a group's channel the bot asks which group, and the button still means the other person."""
    await ask(group, group.olivia, "setup", group.random)
    await ask(group, group.alice, "done", item="docker")
    lounge = group.guild.create_text_channel("lounge")
    said = await say(group.bob, "/progress", lounge, member=group.alice)
    assert said.title == "Which group do you mean?"
    assert (await click(group.bob, said, "#study")).title == "Progress of alice"


async def test_joining_once_and_twice(group: World) -> None:
    """/join makes a member with a welcome; again it says so and changes nothing."""
    said = await say(group.alice, "/join")
    assert "You are in" in said.title
    assert f"<#{group.study.id}>" in said
    assert (await say(group.alice, "/join")).title == "You are in already"
    assert rows(group, "SELECT name, left_at FROM member") == [("alice", None)]


async def test_who_leaves_is_off_the_board_and_comes_back_with_everything(group: World) -> None:
    """/leave takes one off the board and out of the counts; /join brings marks and points back."""
    await say(group.alice, "/done docker")
    said = await say(group.alice, "/leave")
    assert said.title == "You have left the group"
    assert "alice" not in await say(group.bob, "/leaderboard")
    assert (await progress_of(group, "alice")).title == "Not in this group"
    assert "0 members" in await say(group.olivia, "/status")
    assert (await say(group.alice, "/leave")).title == "You are not in this group"
    assert "You have left the group" in await say(group.alice, "/progress")
    assert "`/join` brings you and your points back" in (await say(group.alice, "/leaderboard")).fields["You"]
    assert "Welcome back" in (await click(group.alice, said, "Join again")).title
    assert "alice" in await say(group.bob, "/leaderboard")
    assert "12 points" in await say(group.alice, "/progress")


async def test_a_mark_after_leaving_brings_one_back(group: World) -> None:
    """Who records something after leaving is a member again, with all the points from before."""
    await say(group.alice, "/done docker")
    await say(group.alice, "/leave")
    await say(group.alice, "/done terraform")
    assert "30 points" in await say(group.alice, "/progress")


async def test_a_new_name_is_shown_from_the_next_mark_on(group: World) -> None:
    """The board shows people by the name that the server knows them by."""
    await ask(group, group.alice, "done", item="docker")
    guild = group.env.backend.get_guild(group.guild.id)
    guild.members[group.alice.id].nick = "Alice A."
    await say(group.alice, "/done terraform")
    assert "Alice A." in await say(group.bob, "/leaderboard")


async def test_help_names_every_command_and_explains_points(group: World) -> None:
    """/help has a line for each command that can be typed, by who may use it, and says what points are."""
    said = await say(group.alice, "/help")
    for command in COMMANDS:
        assert (f"`/{command.name}`" in said) == command.typed
    assert "12 hours brings 12 points" in said.fields["How points work"]
    assert not [title for title in said.fields if title.endswith("…")], "a part is too long for one field"
    organizers = said.fields["For organizers (Manage Server)"]
    assert "`/setup`" in organizers
    assert "`/next`" not in organizers


ELSEWHERE_TOO = {
    "help": "How Roadmate works",
    "privacy": "What Roadmate keeps about you",
    "mydata export": "Nothing is kept about you",
    "mydata delete": "Nothing is kept about you",
    "link": "Link your other account",
    "unlink": "No other account is linked",
}
TYPED = [command for command in COMMANDS if command.typed]


@pytest.mark.parametrize("name", [command.name for command in TYPED])
async def test_a_direct_message_is_answered_kindly(group: World, name: str) -> None:
    """In a direct message every command says where study groups live, privately in its own channel."""
    options = {"item": "docker"} if name == "topic" else {}
    said = await say(group.alice.user, f"/{name}", **options)
    assert said.title == ELSEWHERE_TOO.get(name, "Study groups live in servers")
    assert rows(group, "SELECT * FROM member") == []


async def test_undo_brings_nobody_back(group: World) -> None:
    """Somebody who has left stays away: /undo changes nothing and offers to join again."""
    await say(group.alice, "/done docker")
    await say(group.alice, "/leave")
    answer = await say(group.alice, "/undo")
    assert answer.title == "You have left the group"
    assert answer.buttons == ["Join again"]
