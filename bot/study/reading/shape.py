"""Which keys a roadmap file has, what each is for and what it may hold."""

from bot.study.reading.fields import (
    Address,
    Choice,
    Either,
    Field,
    Flag,
    Key,
    Many,
    Number,
    Reference,
    Table,
    Text,
)
from bot.study.roadmap import ALL, ANY, IN_FILES, LONGEST_TOPIC_KEY, Cost

MOST_SECTIONS, MOST_TOPICS, MOST_RESOURCES = 30, 60, 60

_TITLE = Text(150)
_PARAGRAPHS = Text(1000, lines=True)
_NAME = Text(150)
_RENAMED = Field(
    "Keys this had in an earlier edition; whatever was recorded under them moves along.", Many(Key(), 10)
)

CREDIT = Table(
    "credit",
    "Who wrote what this roadmap is made from.",
    {
        "name": Field("The title of the source.", _NAME, required=True),
        "url": Field("Where to read it, when it is public.", Address()),
        "author": Field("Who wrote it.", _NAME),
    },
)

TOOL = Table(
    "tool",
    "A tool that the topic is about.",
    {
        "name": Field("What it is called.", _NAME, required=True),
        "url": Field("Its home page or documentation; left out for a family of tools.", Address()),
    },
)

RESOURCE = Table(
    "resource",
    "One thing to read, watch or do.",
    {
        "key": Field("A name that never changes, unique in the whole roadmap.", Key(), required=True),
        "title": Field("The title, as its authors wrote it.", _TITLE, required=True),
        "kind": Field("What it is.", Choice(tuple(map(str, IN_FILES))), required=True),
        "url": Field("Where to find it.", Address(), required=True),
        "authors": Field("Who made it.", Many(_NAME, 10)),
        "publisher": Field("Who published it, or the site it is on.", _NAME),
        "cost": Field("What it costs its reader; free when left out.", Choice(tuple(map(str, Cost)))),
        "cost_note": Field("What `cost` cannot say: a trial, a subscription, a cloud bill.", _NAME),
        "level": Field("Whom it is for, such as beginner.", Text(60)),
        "hours": Field("Hours it takes, when its authors state it.", Number(0.1, 500)),
        "extra": Field("true for reading beyond the topic; it never counts against anyone.", Flag()),
        "renamed_from": _RENAMED,
    },
)

GROUP = Table(
    "group of alternatives",
    "Things of which any one will do.",
    {
        "one_of": Field(
            "Keys of main resources of this topic, or the word exercise.",
            Many(Reference(), MOST_RESOURCES, some=True),
            required=True,
        ),
    },
)

TOPIC = Table(
    "topic",
    "What one or more weekly prompts are about.",
    {
        "key": Field(
            "A name that never changes, unique in the whole roadmap.", Key(LONGEST_TOPIC_KEY), required=True
        ),
        "title": Field("The title.", _TITLE, required=True),
        "goal": Field(
            "What you can do afterwards: one line that starts with a verb.", Text(200), required=True
        ),
        "summary": Field("What the topic is about and why it matters.", _PARAGRAPHS, required=True),
        "hours": Field("Effort of the whole topic in hours.", Number(1, 500, whole=True), required=True),
        "requires": Field("Topics to finish before this one.", Many(Reference(), 30)),
        "helpful": Field("Topics that make this one easier, without being needed.", Many(Reference(), 30)),
        "focus": Field("One line for each week of about ten hours.", Many(Text(200), 60)),
        "tools": Field("Tools that the topic is about.", Many(TOOL, 20)),
        "questions": Field("Questions for the group to discuss.", Many(Text(300), 10)),
        "exercise": Field("Something to build, and when it is done.", _PARAGRAPHS, required=True),
        "resources": Field(
            "What to study; at least one that is not `extra`.",
            Many(RESOURCE, MOST_RESOURCES, some=True),
            required=True,
        ),
        "complete": Field(
            "What finishes the topic: any one main resource or the exercise (when left out), so many of them, all "
            "main resources, or one of each group.",
            Either(Choice((ANY, ALL)), Number(1, MOST_RESOURCES, whole=True), Many(GROUP, 20, some=True)),
        ),
        "renamed_from": _RENAMED,
    },
)

SECTION = Table(
    "section",
    "Topics that belong together.",
    {
        "key": Field("A name that never changes, unique in the whole roadmap.", Key(), required=True),
        "title": Field("The title.", _TITLE, required=True),
        "topics": Field("Its topics.", Many(TOPIC, MOST_TOPICS, some=True), required=True),
        "renamed_from": _RENAMED,
    },
)

ROADMAP = Table(
    "roadmap",
    "A study plan: sections of topics of resources.",
    {
        "roadmap": Field("The key of this roadmap; it never changes.", Key(), required=True),
        "title": Field("The title.", _TITLE, required=True),
        "summary": Field("Whom it is for and where it leads.", _PARAGRAPHS, required=True),
        "credits": Field("The sources this roadmap is made from.", Many(CREDIT, 20)),
        "order": Field(
            "Every topic once, in the order to study them; the order of the file when left out.",
            Many(Reference(), MOST_SECTIONS * MOST_TOPICS),
        ),
        "sections": Field("Its sections.", Many(SECTION, MOST_SECTIONS, some=True), required=True),
    },
)
