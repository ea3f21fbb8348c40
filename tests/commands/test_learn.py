"""What to study: /next, /topic, /roadmap and the way on when someone is stuck."""

import pytest

from bot.commands.lines import STEPS
from tests.commands.asking import ask, days, rows
from tests.conftest import World
from tests.talk import click, say

ORDER = (
    "python bash-and-editors docker version-control-ci-cd kubernetes ml-fundamentals mlops-principles "
    "mlops-components experiment-tracking orchestration data-lineage-feature-stores model-training-serving "
    "monitoring-observability terraform"
)
TOPICS = tuple(ORDER.split())


async def finish(world: World, *topics: str) -> None:
    """Let alice finish whole topics."""
    for topic in topics:
        await ask(world, world.alice, "done", item=topic)


async def test_next_says_what_to_do_now(group: World) -> None:
    """/next shows the topic, why, this week's focus, what remains, the exercise, progress, and four buttons."""
    said = await say(group.alice, "/next")
    assert said.title == "Python"
    assert "Write, test and package" in said.text
    assert "Install Python" in said.fields["This week's focus"]
    remains = next(name for name in said.fields if name.startswith("What remains"))
    assert "0 of 2: one for each of 2 steps" in remains
    assert [line[:4] for line in said.fields[remains].splitlines()] == ["• [I", "• Py", "… 5 "]
    assert "virtual environment" in said.fields["Hands-on exercise"]
    assert "0 of 14 topics" in said.footer
    assert said.buttons == ["Done", "Skip", "Stuck?", "More"]
    assert said.private


async def test_next_offers_something_to_learn_from_beside_the_exercise(group: World) -> None:
    """Where the exercise is the cheapest way, a beginner sees links all the same."""
    said = await say(group.alice, "/next ml-fundamentals")
    remains = next(text for name, text in said.fields.items() if name.startswith("What remains"))
    assert "](https://mlcourse.ai" in remains
    assert remains.startswith("• Machine Learning Fundamentals: exercise")


async def test_next_offers_the_shortest_free_resource_first_with_working_links(group: World) -> None:
    """What remains begins with what is free and short, and each line is a link."""
    lines = next(
        text
        for name, text in (await say(group.alice, "/next docker")).fields.items()
        if name.startswith("What remains")
    ).splitlines()
    assert lines.pop() == "… 2 other ways under **More**"
    assert [line.startswith("• [") and "](https://" in line for line in lines] == [True] * len(lines)
    costs = [("partly free" in line) + 2 * ("paid" in line) for line in lines]
    assert costs == sorted(costs)


async def test_reading_makes_nobody_a_member_and_the_first_mark_does(group: World) -> None:
    """Only a mark or /join makes a member; looking around does not."""
    for command in ("/next", "/topic docker", "/roadmap", "/progress", "/leaderboard", "/help"):
        await say(group.alice, command)
    assert rows(group, "SELECT * FROM member") == []
    await say(group.alice, "/done docker")
    assert rows(group, "SELECT name FROM member") == [("alice",)]


async def test_next_without_a_group_says_how_to_start(world: World) -> None:
    """Before setup a member is told how a group begins, privately, and an organizer can begin at once."""
    said = await say(world.alice, "/next")
    assert said.private
    assert "/setup" in said
    assert said.buttons == ["How to start"]
    assert "/done" in await click(world.alice, said, "How to start")
    begun = await click(world.olivia, await say(world.olivia, "/next"), "Set up a group here")
    assert begun.title == "The study group is ready"


async def test_more_shows_everything_and_its_buttons_record(group: World) -> None:
    """More lists every resource, the extras, the questions and the tools; its numbered buttons are done marks."""
    said = await click(group.alice, await say(group.alice, "/next docker"), "More")
    assert said.fields["Questions to discuss"].count("•") == 3
    assert "docs.docker.com" in said.fields["Tools"]
    assert "More, if you like" in said.fields
    first = said.fields["What remains"].splitlines()[0]
    done = await click(group.alice, said, "Done: 1")
    assert done.title.removeprefix("Recorded: ").split("\\")[0] in first
    assert (await click(group.alice, said, "Back")).title == "Docker"


async def test_a_finished_topic_leads_on(group: World) -> None:
    """Where Done and Skip would change nothing there is Next, for a topic and for a resource."""
    await say(group.alice, "/done docker-roadmap")
    for command in ("/next docker", "/topic docker"):
        assert (await say(group.alice, command)).buttons == ["Next", "Stuck?", "More"]
    said = await say(group.alice, "/topic docker-roadmap")
    assert said.buttons == ["Next", "The whole topic"]
    assert (await click(group.alice, said, "Next")).title == "Python"


async def test_prerequisites_warn_and_never_lock(group: World) -> None:
    """A topic whose required topics are open says so and can be recorded all the same."""
    said = await say(group.alice, "/next docker")
    assert "Before this, **Bash Basics" in said
    assert (await click(group.alice, said, "Done")).title == "Recorded: Docker"
    await finish(group, "bash-and-editors")
    assert "Before this" not in (await say(group.alice, "/next docker")).text


async def test_the_steps_of_a_topic_say_what_each_can_be_done_with(group: World) -> None:
    """Where a topic asks for one thing of each kind, More and /topic list them; where anything does, they do not."""
    more = await click(group.alice, await say(group.alice, "/next"), "More")
    for said in (more, await say(group.alice, "/topic python")):
        first, second = said.fields[STEPS].splitlines()
        assert first.startswith("1. Python Crash Course")
        assert first.endswith(" · the exercise")
        assert second.endswith(" · LeetCode problems")
    assert STEPS not in (await say(group.alice, "/topic docker")).fields


async def test_a_topic_that_was_left_out_says_so(group: World) -> None:
    """/next on a topic that was skipped says that it was, and that it can be done all the same."""
    assert "left this out" not in (await say(group.alice, "/next docker")).text
    await say(group.alice, "/skip docker")
    assert "You left this out" in (await say(group.alice, "/next docker")).text


async def test_next_says_where_the_group_is(prompted: World) -> None:
    """Someone who is ahead of the group reads what the group is on this week."""
    await finish(prompted, "python")
    assert "The group is on **Python** this week" in await say(prompted.alice, "/next")


async def test_after_the_plan_the_group_is_on_no_topic(prompted: World) -> None:
    """When every topic was posted, /next and /group no longer say that the group is on the last one this week."""
    await finish(prompted, "python")
    for _ in range(15):
        await days(prompted, 7)
    assert "The group is on" not in (await say(prompted.alice, "/next")).text
    assert "The plan is through" in (await say(prompted.alice, "/group")).text


async def test_everything_done_says_so_and_what_could_come_next(group: World) -> None:
    """With every topic done /next congratulates, names ideas, and records nothing any more."""
    await finish(group, *TOPICS)
    said = await say(group.alice, "/next")
    assert "You have finished the roadmap" in said.title
    assert said.buttons[0] == "Certificate"
    assert "All 14 topics" in said
    assert "extra resource" in said
    assert "14 of 14 topics" in await click(group.alice, said, "Your progress")
    for command in ("/done", "/skip"):
        assert (await say(group.alice, command)).title == "You have finished the roadmap"


async def test_only_what_was_skipped_is_left(group: World) -> None:
    """When only skipped topics are left, /next says which, and a button opens one of them."""
    await ask(group, group.alice, "skip", item="terraform")
    await finish(group, *TOPICS[:-1])
    said = await say(group.alice, "/next")
    assert said.title == "Nothing left but what you skipped"
    opened = await click(group.alice, said, "Infrastructure as Code: Terraform")
    assert (await click(group.alice, opened, "Done")).title == "Recorded: Infrastructure as Code: Terraform"
    assert "finished the roadmap" in (await say(group.alice, "/next")).title


async def test_stuck_names_smaller_steps_and_whom_to_ask(prompted: World) -> None:
    """Stuck? under a post shows what comes first, another way in, and the thread to ask in."""
    (thread,) = prompted.study.threads
    said = await click(prompted.alice, prompted.posts()[0], "Stuck?")
    assert said.title == "Stuck on Python?"
    assert f"<#{thread.id}>" in said.fields["Ask"]
    assert "](https://" in said.fields["Another way in"]
    assert (await click(prompted.alice, said, "Back to the topic")).title == "Python"
    before = await click(prompted.alice, await say(prompted.alice, "/next docker"), "Stuck?")
    assert "Bash Basics" in before.fields["First this"]
    assert f"<#{prompted.study.id}>" in before.fields["Ask"]


async def test_topic_shows_a_topic_and_a_resource(group: World) -> None:
    """/topic shows what comes before, all resources with their state, questions and exercise; or one resource."""
    await say(group.alice, "/done docker-roadmap")
    said = await say(group.alice, "/topic docker")
    assert said.title.endswith("Docker")
    assert "(required)" in said.fields["Before this"]
    assert "✅ [Docker roadmap]" in said.fields["Resources"]
    assert {"Extras", "Questions to discuss", "Hands-on exercise", "Tools"} <= set(said.fields)
    one = await say(group.alice, "/topic docker-roadmap")
    assert "In **Docker**." in one
    assert (await click(group.alice, one, "The whole topic")).title.endswith("Docker")


async def test_a_question_while_reading_is_not_about_recording(group: World) -> None:
    """An ambiguous text in /next or /topic asks by buttons that show what was chosen."""
    for command in ("/next", "/topic"):
        said = await say(group.alice, f"{command} introduction")
        assert said.title == "Which one do you mean?"
        assert "recorded" not in said
        assert (await click(group.alice, said, said.buttons[0])).title


async def test_roadmap_shows_every_topic_and_credits_the_article(group: World) -> None:
    """/roadmap lists sections and topics in study order with their state, and names the sources."""
    await finish(group, "docker")
    said = await say(group.alice, "/roadmap")
    assert "Based on MLOps Engineer Skillset" in said.text
    assert len(said.fields) == 5
    assert sum(text.count("\n") + 1 for text in said.fields.values()) == 14
    assert "✅ 3. Docker" in said
    numbers = [
        int(line.split()[1][:-1]) for line in said.fields["MLOps Components · 0 of 8 topics"].splitlines()
    ]
    assert numbers == sorted(numbers)
    assert "Maria Vechtomova" in said
    assert "1 of 14 topics" in said.footer


@pytest.mark.parametrize("command", ["next", "done", "progress", "leaderboard", "join", "topic"])
async def test_a_thread_belongs_to_the_group_of_its_channel(prompted: World, command: str) -> None:
    """Said in the thread under a post, a command is about the group of the channel, even among several."""
    await ask(prompted, prompted.olivia, "setup", prompted.random)
    (thread,) = prompted.study.threads
    options = {"item": "docker"} if command == "topic" else {}
    said = await say(prompted.alice, f"/{command}", thread, **options)
    assert "Which group" not in said.title
