"""Posting now and what became of posts: /prompt, /status, and the posts themselves."""

import asyncio
from typing import Any

import discord

from tests.commands.asking import FIRST_PROMPT, ask, days, ids_in, press, request, rows
from tests.conftest import World
from tests.talk import Said, click, say

UNTITLED = "\u200b"


def parts(shown: Said) -> list[tuple[str, str]]:
    """The fields of a message in order, also where several have one name."""
    assert shown.message is not None
    return [(field.name or "", field.value or "") for field in shown.message.embeds[0].fields]


def preview(status: Said, kind: str) -> list[str]:
    """The words of one preview in /status, in order."""
    words: list[str] = []
    inside = False
    for name, text in parts(status):
        if name.startswith("Preview of the "):
            inside = name.startswith(f"Preview of the {kind}")
            words += [text] if inside else []
        elif inside:
            words += [name, text] if name != UNTITLED else [text]
    return words


def posted(shown: Said) -> list[str]:
    """The words of a post as a preview writes them."""
    head = f"**{shown.title}**\n{shown.text}"
    fields = [word for pair in parts(shown) for word in pair]
    return [head, *fields, *([shown.footer] if shown.footer else [])]


async def lock(world: World, **denied: bool) -> None:
    """Take permissions in #study away from the bot, or give them back."""
    backend = world.env.backend
    from simcord.backend.models import Overwrite

    allow, deny = discord.PermissionOverwrite(**denied).pair()
    backend.set_overwrite(
        world.study.id, Overwrite(target_id=backend.bot_user.id, type=1, allow=allow.value, deny=deny.value)
    )
    await world.env.settle()


async def test_the_weekly_prompt_has_everything(prompted: World) -> None:
    """Topic, goal, focus, three resources, a question, the exercise, three buttons with emoji, and a thread."""
    (post,) = prompted.posts()
    assert post.title == "Topic 1 of 14 · Python"
    assert post.text.startswith("**Write, test and package")
    assert list(post.fields) == ["Focus", "Start here", "To discuss", "Hands-on exercise"]
    assert len(post.fields["Start here"].splitlines()) == 3
    assert post.buttons == ["Done", "Next", "Stuck?"]
    rows_: Any = post.message.components  # type: ignore[union-attr]
    assert [str(item.emoji) for item in rows_[0].children] == ["✅", "➡️", "🆘"]
    assert not post.private
    (thread,) = prompted.study.threads
    assert thread.name == "Topic 1: Python"
    assert post.fields["To discuss"] in thread.history()[0].content


async def test_the_reminder_counts_and_names_nobody(prompted: World) -> None:
    """The reminder says how many have finished and are on the way, what is left and how many days."""
    await ask(prompted, prompted.alice, "done", item="python")
    await ask(prompted, prompted.bob, "done", item="leetcode")
    await ask(prompted, prompted.olivia, "done", item="leetcode")
    await ask(prompted, prompted.olivia, "leave")
    await days(prompted, 3)
    reminder = prompted.posts()[-1]
    assert reminder.title == "Python: 4 days left"
    assert "1 has finished it, 1 is on the way." in reminder
    assert "alice" not in reminder
    assert {"What is left", "Hands-on exercise"} <= set(reminder.fields)
    assert reminder.buttons == ["Done", "Next", "Stuck?"]
    assert len(prompted.study.threads) == 1


async def test_previews_are_what_is_posted_word_for_word(group: World) -> None:
    """What /status shows as the next prompt and the next reminder is what is then posted, to the letter."""
    before = await say(group.olivia, "/status")
    await days(group, FIRST_PROMPT)
    assert preview(before, "weekly topic") == posted(group.posts()[0])
    await ask(group, group.alice, "done", item="python")
    await ask(group, group.bob, "join")
    before = await say(group.olivia, "/status")
    await days(group, 3)
    assert preview(before, "reminder") == posted(group.posts()[1])
    before = await say(group.olivia, "/status")
    await days(group, 4)
    assert preview(before, "weekly topic") == posted(group.posts()[2])


async def test_a_prompt_on_hold_is_the_one_that_is_previewed(group: World) -> None:
    """As long as a topic waits for a permission, /status shows its words and not those of the week after it."""
    await lock(group, send_messages=False)
    await days(group, FIRST_PROMPT + 1)
    waiting = await say(group.olivia, "/status")
    assert "Preview of the weekly topic of Monday 5 January, which waits" in waiting.fields
    assert "weekly topic for Monday 5 January: ⚠️ on hold" in waiting.fields["Latest posts"]
    first, second, *_ = waiting.fields["What is posted when"].splitlines()
    assert first.startswith("• ⚠️ On hold since Monday 5 January: **Python**.")
    assert second.startswith("• Monday 12 January, 09:00: **Bash")
    await lock(group)
    await click(group.olivia, waiting, "Try again")
    assert preview(waiting, "weekly topic")[1:] == posted(group.posts()[0])[1:]
    assert "Python" in preview(waiting, "weekly topic")[0]
    mended = await say(group.olivia, "/status")
    assert preview(mended, "weekly topic")[0].startswith("**Topic 2 of 14")
    assert mended.fields["What is posted when"].startswith("• Monday 12 January, 09:00: **Bash")


async def test_a_topic_posted_again_keeps_the_date_that_it_is_for(prompted: World) -> None:
    """/status names the day that a post stands for, and when it was posted if that was another day."""
    assert "• weekly topic for Monday 5 January: posted ([Python]" in await say(prompted.olivia, "/status")
    await days(prompted, 2)
    await click(prompted.olivia, await say(prompted.olivia, "/prompt"), "Post again")
    line = "• weekly topic for Monday 5 January: posted on Wednesday 7 January, 09:00 ([Python]"
    assert line in await say(prompted.olivia, "/status")
    assert len(prompted.posts()) == 2


async def test_status_names_the_plan_and_the_latest_posts(prompted: World) -> None:
    """/status shows the plan, how many members, what was posted with a link, and the next dates."""
    await ask(prompted, prompted.alice, "join")
    said = await say(prompted.olivia, "/status")
    assert said.title == "Status · ▶️ running"
    assert "1 member." in said
    post = prompted.posts()[0].message
    assert post is not None
    assert f"/{prompted.study.id}/{post.id}" in said.fields["Latest posts"]
    assert "Monday 12 January, 09:00" in said.fields["What is posted when"]
    assert said.private


async def test_status_says_what_was_missed(group: World) -> None:
    """After weeks asleep one late post comes, and /status says which were missed and why."""
    await group.env.advance_time(18.5 * 24 * 3600)
    await group.app.tick()
    said = await say(group.olivia, "/status")
    assert said.fields["Latest posts"].count("missed") >= 2
    assert "was not running" in said.fields["Latest posts"]
    assert len([post for post in group.posts() if post.title.startswith("Topic")]) == 1
    assert "comes late" in group.posts()[0]


async def test_prompt_twice_links_the_first_and_offers_again(prompted: World) -> None:
    """/prompt when this week's topic is there links it and posts nothing; "Post again" posts it once more."""
    said = await say(prompted.olivia, "/prompt")
    assert said.title == "This week's topic is there already"
    first = prompted.posts()[0].message
    assert first is not None
    assert str(first.id) in said.text
    assert said.buttons == ["Post again"]
    assert len(prompted.posts()) == 1
    again = await click(prompted.olivia, said, "Post again")
    assert again.title == "Posted 📌"
    assert [post.title for post in prompted.posts()] == ["Topic 1 of 14 · Python"] * 2
    assert len(prompted.study.threads) == 2


async def test_a_double_click_on_post_again_posts_once_more_only(prompted: World) -> None:
    """Two clicks on "Post again", one after the other or at once, bring one more post."""
    said = await say(prompted.olivia, "/prompt")
    handle = prompted.app.dispatcher.handle
    asked = request(prompted.olivia, "prompt", again="1", group="1")
    both = await asyncio.gather(handle(asked), handle(asked))
    await click(prompted.olivia, said, "Post again")
    assert len(prompted.posts()) == 2
    assert sorted(reply.title for reply in both)[1] == "That was asked for already"


async def test_prompt_first_counts_as_this_weeks(group: World) -> None:
    """A topic posted by hand shortly before its time takes the place of the scheduled one."""
    await days(group, 3)
    await say(group.olivia, "/prompt")
    await days(group, 2)
    assert [post.title for post in group.posts()] == ["Topic 1 of 14 · Python"]


async def test_a_missing_permission_holds_the_post_and_is_named(group: World) -> None:
    """Held once: /status names the permission, the organizer is told once, and /prompt posts when it is mended."""
    await lock(group, send_messages=False)
    await days(group, FIRST_PROMPT)
    said = await say(group.olivia, "/status")
    assert "on hold" in said.fields["Latest posts"]
    assert "Send Messages" in said.fields["Latest posts"]
    assert "Try again" in said.buttons
    told = group.olivia.user.dm_channel.history()
    assert len(told) == 1
    held = await click(group.olivia, said, "Try again")
    assert held.title == "Not posted yet"
    assert "Send Messages" in held
    await lock(group)
    done = await click(group.olivia, held, "Try again")
    assert done.title == "Posted 📌"
    assert [post.title for post in group.posts()] == ["Topic 1 of 14 · Python"]
    assert "on hold" not in (await say(group.olivia, "/status")).fields["Latest posts"]


async def test_a_deleted_channel_holds_its_group_and_no_other(group: World) -> None:
    """The organizer is told once, /status says why, the others go on, and /setup elsewhere begins anew."""
    await ask(group, group.olivia, "setup", group.random)
    group.env.backend.delete_channel(group.study.id)
    await days(group, 14)
    assert len([post for post in group.posts(group.random) if post.title.startswith("Topic")]) == 2
    (told,) = group.olivia.user.dm_channel.history()
    assert "gone" in (told.embeds[0].description or "")
    lounge = group.guild.create_text_channel("lounge")
    which = await say(group.olivia, "/status", lounge)
    status = await click(group.olivia, which, "#study")
    assert status.title == "Status · ⚠️ on hold"
    assert "gone" in status
    refused = [entry for entry in group.env.http_requests if f"/channels/{group.study.id}/" in entry.path]
    assert len(refused) == 1


async def test_a_moderator_may_delete_the_prompt(prompted: World) -> None:
    """A deleted post stays deleted: progress is safe, Stuck? and the reminder work, nothing is posted anew."""
    (post,) = prompted.posts()
    await click(prompted.alice, post, "Done")
    await ask(prompted, prompted.bob, "join")
    prompted.env.backend.delete_message(prompted.study.id, post.message.id)  # type: ignore[union-attr]
    await days(prompted, 3)
    assert [said.title for said in prompted.posts()] == ["Python: 4 days left"]
    assert "1 has finished" in prompted.posts()[0]
    assert (await click(prompted.bob, prompted.posts()[0], "Stuck?")).title == "Stuck on Python?"
    assert "1 of 14 topics" in await say(prompted.alice, "/progress")


async def test_buttons_of_old_posts_work_after_a_restart(prompted: World) -> None:
    """Every button of a post and of an answer works after the bot was restarted."""
    (post,) = prompted.posts()
    answer = await say(prompted.alice, "/done docker")
    await prompted.restart()
    assert (await click(prompted.bob, post, "Done")).title == "Recorded: Python"
    assert (await click(prompted.bob, post, "Next")).title.startswith("Bash")
    assert (await click(prompted.bob, post, "Stuck?")).title == "Stuck on Python?"
    assert (await press(prompted.alice, ids_in(answer)[1])).title == "Taken back: Docker"


async def test_every_week_is_posted_as_it_was_previewed_until_the_plan_ends(prompted: World) -> None:
    """All 14 weeks come in order, each as /status showed it; then everything says that the plan is complete."""
    group = prompted
    for week in range(2, 15):
        before = await say(group.olivia, "/status")
        await group.env.advance_time(7 * 24 * 3600)
        await group.app.tick()
        assert group.posts()[-1].title.startswith(f"Topic {week} of 14")
        assert preview(before, "weekly topic") == posted(group.posts()[-1])
    await group.env.advance_time(7 * 24 * 3600)
    await group.app.tick()
    assert group.posts()[-1].title.startswith("Topic 14 of 14")
    assert rows(group, "SELECT state FROM study_group") == [("finished",)]
    said = await say(group.olivia, "/status")
    assert said.title == "Status · 🏁 complete"
    assert "`/resume` starts it again with the first topic" in said.fields["What is posted when"]
    assert "Posts went to" in said.text
    assert "Start again" in said.buttons
    for command in ("/prompt", "/pause", "/resume"):
        said = await say(group.olivia, command)
        assert said.title == "The plan is complete"
        assert said.buttons == ["Start again"]
        assert ("`/resume`" in said) == (command != "/resume"), "who has just said it is not told to say it"
    said = await click(group.olivia, said, "Start again")
    assert said.title == "The plan begins again"
    assert "**Python**" in said.fields["What is posted when"]
    assert (await say(group.olivia, "/resume")).title == "The group is running already"


async def test_two_topics_are_never_close_together(group: World) -> None:
    """A first topic posted by hand on Saturday stands for the coming week; Monday brings no second one."""
    await days(group, 2.5)
    await say(group.olivia, "/prompt")
    await days(group, 3)
    assert [post.title for post in group.posts()] == ["Topic 1 of 14 · Python"]
    assert "there already" in (await say(group.olivia, "/prompt")).title
    await days(group, 7)
    assert group.posts()[-1].title.startswith("Topic 2 of 14")


async def test_prompt_late_in_the_week_links_this_weeks_topic(prompted: World) -> None:
    """On Saturday /prompt links Monday's topic and does not post the next week's."""
    await days(prompted, 5)
    assert (await say(prompted.olivia, "/prompt")).title == "This week's topic is there already"


async def test_a_group_on_hold_goes_on_with_its_topic(group: World) -> None:
    """A topic that was held for weeks is not lost: it comes first after /resume."""
    await lock(group, send_messages=False)
    await days(group, FIRST_PROMPT)
    await say(group.olivia, "/pause")
    await days(group, 20)
    await lock(group)
    await say(group.olivia, "/resume")
    await days(group, 7)
    assert group.posts()[0].title == "Topic 1 of 14 · Python"
