"""Starting a group: /setup, its buttons, and several groups in a server."""

from pathlib import Path

import discord
import pytest

from bot.core.request import Channel, ChannelKind
from tests.commands.asking import FIRST_PROMPT, ask, ask_as, days, request, rows
from tests.conftest import World
from tests.talk import click, fill_in, say, suggestions

ROADMAP = Path(__file__).parents[2] / "roadmap" / "mlops.yaml"


async def test_setup_without_options_answers_with_the_whole_plan(world: World) -> None:
    """The current channel, MLOps, Monday 09:00 in UTC, a topic a week; the next three dates and two buttons."""
    said = await say(world.olivia, "/setup")
    assert said.title == "The study group is ready"
    assert "**MLOps Engineer Skillset**: 14 topics, a topic a week, 14 weeks to go" in said
    assert f"<#{world.study.id}> every **Monday at 09:00**" in said
    assert "reminder on **Thursday at 09:00**" in said
    assert str(said).count("Thursday 00:00") == 1
    assert said.fields["What is posted when"].splitlines() == [
        "• Monday 5 January, 09:00: **Python**",
        "• Monday 12 January, 09:00: **Bash Basics & Command Line Editors**",
        "• Monday 19 January, 09:00: **Docker**",
    ]
    assert said.buttons == ["Set time zone", "Post the first topic now", "Change"]
    assert said.private


async def test_every_option_of_setup_is_taken(world: World) -> None:
    """Roadmap, channel, day, time, zone and pace are used and shown."""
    said = await say(
        world.olivia,
        "/setup",
        roadmap="MLOps Engineer Skillset",
        channel=world.random,
        day="wednesday",
        time="6:30 pm",
        timezone="Berlin",
        pace="10 hours a week",
    )
    assert f"<#{world.random.id}> every **Wednesday at 18:30**" in said
    assert "reminder on **Saturday at 18:30**" in said
    assert "Time zone **Europe/Berlin**, where it is Thursday 01:00" in said
    assert "10 hours a week" in said
    assert "**Python**, week 1 of 6" in said
    assert "Set time zone" not in said.buttons


@pytest.mark.parametrize(
    "locale,zone",
    [
        ("de", "UTC"),
        ("ja", "Asia/Tokyo"),
        ("fr", "Europe/Paris"),
        ("en-US", "UTC"),
        (None, "UTC"),
        ("xx", "UTC"),
    ],
)
async def test_the_zone_is_guessed_only_where_a_locale_has_one(
    world: World, locale: str | None, zone: str
) -> None:
    """A server's locale whose country has a single zone sets it; every guess is shown with a way to mend it."""
    asked = request(world.olivia, "setup")
    reply = await ask_as(world, asked, locale=locale)
    assert f"Time zone **{zone}**" in reply.text
    assert "🌍 If that is not your time" in reply.text
    assert reply.buttons[0].label == "Set time zone"


async def test_the_zone_button_asks_in_a_form(group: World) -> None:
    """Set time zone opens a form with one field; what is typed there is taken like an option."""
    said = await say(group.olivia, "/setup", channel=group.random)
    form = await click(group.olivia, said, "Set time zone")
    changed = await fill_in(group.olivia, form, timezone="tokyo")
    assert "Asia/Tokyo" in changed
    wrong = await fill_in(group.olivia, await click(group.olivia, said, "Set time zone"), timezone="Berlinn")
    assert wrong.title == "Not changed yet"
    assert "Europe/Berlin" in wrong


async def test_the_change_button_asks_for_the_plan(world: World) -> None:
    """Change opens a form for day, time, zone and pace; what stays empty stays as it is."""
    said = await say(world.olivia, "/setup")
    form = await click(world.olivia, said, "Change")
    changed = await fill_in(world.olivia, form, day="tue", pace="6h")
    assert changed.title == "The schedule is changed"
    assert "**Tuesday at 09:00**" in changed
    assert "6 hours a week" in changed


async def test_the_change_form_shows_what_is_and_takes_all_or_nothing(world: World) -> None:
    """A field has one line, what is set and what can be chosen; mistakes are named at once and nothing is changed."""
    said = await say(world.olivia, "/setup day:friday time:18:00 timezone:Asia/Tokyo pace:6")
    form = await click(world.olivia, said, "Change")
    assert form.form is not None
    assert form.form.modal is not None
    labels = form.form.modal["components"]
    fields = [row["component"] for row in labels]
    assert [entry["value"] for entry in fields] == ["Friday", "18:00", "Asia/Tokyo", "6 hours a week"]
    assert {entry["style"] for entry in fields} == {discord.TextStyle.short.value}
    assert labels[0]["description"] == "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday or Sunday"
    before = rows(world, "SELECT * FROM study_group")
    wrong = await fill_in(world.olivia, form, day="someday", time="25:00", timezone="Berlinn", pace="5")
    assert wrong.title == "Not changed yet"
    assert wrong.text.splitlines()[0].startswith("• **day** can be: Monday, Tuesday")
    assert wrong.text.splitlines()[1].startswith("• **time**: I did not recognise that time")
    assert wrong.text.splitlines()[2].startswith("• **timezone**: I do not know that time zone")
    assert rows(world, "SELECT * FROM study_group") == before
    form = await click(world.olivia, said, "Change")
    same = await fill_in(
        world.olivia, form, day="Friday", time="18:00", timezone="Asia/Tokyo", pace="6 hours a week"
    )
    assert same.title == "The schedule"
    assert rows(world, "SELECT * FROM study_group") == before


async def test_the_first_topic_can_be_posted_at_once(world: World) -> None:
    """Post the first topic now posts week 1, opens its thread and links it; Monday then brings week 2."""
    said = await say(world.olivia, "/setup")
    posted = await click(world.olivia, said, "Post the first topic now")
    assert posted.title == "Posted 📌"
    assert [post.title for post in world.posts()] == ["Topic 1 of 14 · Python"]
    assert str(world.posts()[0].message.id) in posted.text  # type: ignore[union-attr]
    assert len(world.study.threads) == 1
    await days(world, 5)
    weeks = [post.title.split(" of")[0] for post in world.posts() if post.title.startswith("Topic")]
    assert weeks == ["Topic 1", "Topic 2"]


async def test_setup_again_changes_the_group_that_is_there(group: World) -> None:
    """/setup in the same channel changes that group, keeps progress, and makes no second one."""
    await ask(group, group.alice, "done", item="docker")
    said = await say(group.olivia, "/setup time:18:00")
    assert said.title == "The study group is changed"
    assert "progress stays" in said
    assert "**Monday at 18:00**" in said
    assert rows(group, "SELECT count(*) FROM study_group") == [(1,)]
    assert "1 of 14 topics" in await say(group.alice, "/progress")


async def test_setup_that_changes_nothing_says_so(prompted: World) -> None:
    """/setup once more shows the plan as it is, and offers this week's topic, since the first was posted."""
    said = await say(prompted.olivia, "/setup")
    assert (said.title, said.buttons) == (
        "There is a study group here already",
        ["Post this week's topic now", "Change"],
    )


async def test_setup_in_a_thread_is_about_its_channel(prompted: World) -> None:
    """A group lives in the channel that a thread belongs to."""
    (thread,) = prompted.study.threads
    said = await say(prompted.olivia, "/setup", thread)
    assert said.title == "There is a study group here already"
    assert rows(prompted, "SELECT channel FROM study_group") == [(str(prompted.study.id),)]


async def test_an_announcement_channel_will_do(world: World) -> None:
    """A group can live in an announcement channel, and its posts come there."""
    news = world.guild.create_news_channel("news")
    assert (await say(world.olivia, "/setup", channel=news)).title == "The study group is ready"
    await days(world, 5)
    assert len(world.posts(news)) == 1


async def test_a_forum_is_refused_kindly(world: World) -> None:
    """A forum has no place for a weekly post, and the answer says what has."""
    forum = world.guild.create_forum_channel("ideas")
    voice = world.guild.create_voice_channel("voice")
    for place in (forum, voice):
        said = await say(world.olivia, "/setup", channel=place)
        assert said.title == "Study groups need a text or announcement channel"
        assert "/setup channel:#study" in said
        assert said.private
    inside = Channel("5", "a question", ChannelKind.FORUM, str(forum.id))
    reply = await ask_as(world, request(world.olivia, "setup"), channel=inside)
    assert "forum" in reply.text
    assert rows(world, "SELECT * FROM study_group") == []


@pytest.mark.parametrize(
    "denied,named",
    [
        ("send_messages", "Send Messages"),
        ("embed_links", "Embed Links"),
        ("attach_files", "Attach Files"),
        ("create_public_threads", "Create Public Threads"),
        ("send_messages_in_threads", "Send Messages in Threads"),
        ("view_channel", "View Channel"),
    ],
)
async def test_what_the_target_channel_lacks_is_named(world: World, denied: str, named: str) -> None:
    """/setup says which permission is missing in the channel that was chosen, and how to give it."""
    denying = discord.PermissionOverwrite(**{denied: False})
    me = world.guild.me
    assert me is not None
    locked = world.guild.create_text_channel("locked", overwrites={me: denying})
    await world.env.settle()
    said = await say(world.olivia, "/setup", channel=locked)
    missing = said.fields["⚠️ Roadmate lacks permissions in that channel"]
    assert named in missing
    assert f"<#{locked.id}>" in missing
    assert "Permissions" in missing
    assert not [name for name in (await say(world.olivia, "/setup")).fields if "lacks" in name]


@pytest.mark.parametrize(
    "options,hint",
    [
        ({"time": "25:00"}, "09:00"),
        ({"timezone": "Mars/Base"}, "time zone"),
        ({"pace": "99 hours"}, "hours a week"),
        ({"roadmap": "sourdough"}, "MLOps Engineer Skillset"),
    ],
)
async def test_what_is_not_understood_changes_nothing(
    world: World, options: dict[str, str], hint: str
) -> None:
    """A wrong value is answered with an example, and no group is made."""
    said = await say(world.olivia, "/setup", **options)
    assert hint in said
    assert said.private
    assert rows(world, "SELECT * FROM study_group") == []


async def test_setup_suggests_what_fits(world: World) -> None:
    """Roadmaps, zones, times and paces are suggested while typing."""
    assert await suggestions(world.olivia, "setup", "roadmap", "mlo") == ["mlops"]
    assert (await suggestions(world.olivia, "setup", "timezone", "berl"))[0] == "Europe/Berlin"
    assert "18:30" in await suggestions(world.olivia, "setup", "time", "18")
    assert "6 hours a week" in await suggestions(world.olivia, "setup", "pace", "6")


async def test_the_bot_asks_which_group_where_that_is_unclear(group: World) -> None:
    """With two groups a command in a third channel asks by buttons; in a group's channel it is that group's."""
    await say(group.olivia, "/setup time:20:00", group.random)
    lounge = group.guild.create_text_channel("lounge")
    which = await say(group.alice, "/done docker", lounge)
    assert which.title == "Which group do you mean?"
    assert which.buttons == ["#study", "#random"]
    assert which.private
    assert (await click(group.alice, which, "#random")).title == "Recorded: Docker"
    assert "alice" in await say(group.bob, "/leaderboard", group.random)
    assert "alice" not in await say(group.bob, "/leaderboard", group.study)
    asked = await say(group.olivia, "/status", lounge)
    assert "**Monday at 20:00**" in await click(group.olivia, asked, "#random")


async def test_the_question_which_group_loses_nothing(group: World) -> None:
    """Six options with a long zone go through the question; what is too long for a button is not half done."""
    await say(group.olivia, "/setup", group.random)
    lounge = group.guild.create_text_channel("lounge")
    asked = await say(
        group.olivia,
        "/schedule",
        lounge,
        day="wednesday",
        time="18:00",
        timezone="America/Argentina/Buenos_Aires",
        pace="5 h a week",
        reminder_day="saturday",
        reminder_time="18:30",
    )
    changed = await click(group.olivia, asked, "#random")
    for said in (
        "Wednesday at 18:00",
        "Saturday at 18:30",
        "America/Argentina/Buenos\\_Aires",
        "5 hours a week",
    ):
        assert said in changed
    asked = await say(group.alice, "/done", lounge, item="the docker course " * 5)
    assert asked.buttons == []
    assert "No button for **\\#study** and **\\#random**, because what you sent is too long" in asked


async def test_the_only_group_answers_everywhere_in_its_server(group: World) -> None:
    """With one group in the server a command may be said in any channel."""
    assert (await say(group.alice, "/next", group.random)).title == "Python"


async def test_a_group_that_lost_its_channel_can_move(group: World) -> None:
    """After the channel was deleted, /setup elsewhere offers to move the group there, with all that was recorded."""
    await say(group.alice, "/done docker")
    group.env.backend.delete_channel(group.study.id)
    await days(group, 5)
    asked = await say(group.olivia, "/setup", group.random)
    assert asked.buttons == ["Move #study here", "Start a new group"]
    moved = await click(group.olivia, asked, "Move #study here")
    assert moved.title == "The study group is changed"
    assert f"<#{group.random.id}>" in moved
    assert "1 of 14 topics" in await say(group.alice, "/progress", group.random)
    await days(group, 7)
    assert group.posts(group.random)[0].title.startswith("Topic 1 of 14")


async def test_a_new_group_can_start_beside_one_on_hold(group: World) -> None:
    """The offer to move a group can be declined: a new group starts, and the other stays on hold."""
    group.env.backend.delete_channel(group.study.id)
    await days(group, 5)
    asked = await say(group.olivia, "/setup", group.random)
    assert (await click(group.olivia, asked, "Start a new group")).title == "The study group is ready"
    assert [state for (state,) in rows(group, "SELECT state FROM study_group ORDER BY id")] == [
        "held",
        "active",
    ]


async def test_another_roadmap_begins_anew(world: World, tmp_path: Path) -> None:
    """/setup with another roadmap starts its plan at once, also after the first one was complete."""
    await say(world.olivia, "/setup")
    await days(world, FIRST_PROMPT)
    shorter = (ROADMAP.read_text(encoding="utf-8")).replace("roadmap: mlops", "roadmap: other", 1)
    shorter = shorter.replace("title: MLOps Engineer Skillset", "title: Another Way", 1)
    for name, text in (("mlops.yaml", ROADMAP.read_text(encoding="utf-8")), ("other.yaml", shorter)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    world.app.settings = world.app.settings.model_copy(update={"roadmap_folder": tmp_path})
    await world.app.reload()
    changed = await say(world.olivia, "/setup roadmap:other")
    assert "Another Way" in changed
    assert "Monday 12 January, 09:00: **Python**" in changed
    posted = await say(world.olivia, "/prompt")
    assert posted.title == "Posted 📌"
    assert [post.title for post in world.posts()] == ["Topic 1 of 14 · Python"] * 2
