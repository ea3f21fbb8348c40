"""Every mistake in a roadmap file is reported at once, at its place, with what would put it right."""

import pytest

from bot.study.reading import (
    Problem,
    RoadmapInvalid,
    canonical,
    check,
    digest,
    from_canonical,
    read_roadmap,
)
from bot.study.roadmap import Cost, Kind, Link

GOOD = """\
roadmap: bread
title: Bread
summary: Bake it.
credits:
  - name: The book
    url: https://bread.example.org/book
    author: A. Baker
order: [starter, loaf]
sections:
  - key: basics
    title: Basics
    topics:
      - key: loaf
        title: Loaf
        goal: Bake a loaf.
        summary: Time and heat.
        hours: 14
        requires: [starter]
        helpful: []
        focus:
          - Mix.
          - Bake.
        tools:
          - name: Oven
        questions:
          - Why steam?
        exercise: Bake.
        resources:
          - key: guide
            title: Guide
            kind: article
            url: https://bread.example.org/guide
            authors: [B. Miller]
            cost: partly free
            hours: 2.5
            renamed_from: [loaf-guide]
          - key: crust
            title: Crust
            kind: book
            url: https://bread.example.org/crust
            extra: true
      - key: starter
        title: Starter
        goal: Grow it.
        summary: Flour.
        hours: 4
        exercise: Feed it.
        resources:
          - key: starter-guide
            title: Day by day
            kind: article
            url: https://bread.example.org/starter
"""

ADDRESS = "must be an http or https address with a host, without spaces or a user name"
WHOLE = "hours must be a whole number from 1 to 500"

# what is written, what stands there instead, and the problems
MISTAKES = {
    "unknown key": ("goal: Bake a", "gaol: Bake a", [
        "13:9: this topic has no goal (add a line `goal: …`)",
        '15:9: unknown key "gaol" in this topic (did you mean "goal"?)',
    ]),
    "unknown key like no other": ("author: A. Baker", "zzz: A. Baker", [
        '7:5: unknown key "zzz" in this credit (known keys: name, url, author)',
    ]),
    "merge key": ("author: A. Baker", "<<: {author: x}", [
        '7:5: unknown key "<<" in this credit (known keys: name, url, author)',
    ]),
    "duplicate mapping key": ("title: Loaf\n", "title: Loaf\n        title: Roll\n", [
        '15:9: "title" is already given on line 14 (remove one of the two)',
    ]),
    "missing required key": ("title: Bread\n", "", [
        "1:1: this roadmap has no title (add a line `title: …`)",
    ]),
    "several missing keys": ("- name: Oven", "- {}", ["24:13: this tool has no name (add a line `name: …`)"]),
    "empty title": ("title: Bread", 'title: ""', ["2:8: title is empty"]),
    "title left blank": ("title: Bread", "title:", ["2:7: title is empty"]),
    "invisible title": ("title: Bread", 'title: "\\u200b"', ["2:8: title is empty"]),
    "bare no": ("title: Bread", "title: no", [
        '2:8: title must be text, but YAML reads no as true or false (quote it: "no")',
    ]),
    "bare clock": ("title: Bread", "title: 22:30", [
        '2:8: title must be text, but YAML reads 22:30 as a number (quote it: "22:30")',
    ]),
    "bare number": ("- Why steam?", "- 1984", [
        '26:13: an entry of questions must be text, but YAML reads 1984 as a number (quote it: "1984")',
    ]),
    "bare date": ("title: Bread", "title: 2023-12-30", [
        '2:8: title must be text, but YAML reads 2023-12-30 as a timestamp (quote it: "2023-12-30")',
    ]),
    "bare null": ("title: Bread", "title: ~", [
        '2:8: title must be text, but YAML reads ~ as nothing (quote it: "~")',
    ]),
    "list for text": ("title: Bread", "title: [Bread]", ["2:8: title must be text, not a list"]),
    "mapping for text": ("title: Bread", "title: {a: b}", ["2:8: title must be text, not a mapping"]),
    "text for list": ("requires: [starter]", "requires: starter", [
        "18:19: requires must be a list (write requires: [starter])",
    ]),
    "nothing for list": ("helpful: []", "helpful:", [
        "19:17: helpful must be a list (leave helpful out, or write [] after it)",
    ]),
    "mapping for list": ("helpful: []", "helpful: {a: b}", [
        "19:18: helpful must be a list (start each entry of helpful with `- `)",
    ]),
    "text for mapping": ("- name: Oven", "- Oven", ["24:13: a tool must be a mapping with the keys name"]),
    "two lines in a title": ("title: Bread", 'title: "a\\nb"', ["2:8: title must be one line without tabs"]),
    "escaped control character": ("title: Bread", 'title: "a\\eb"', [
        "2:8: title contains the character U+001B, which is not allowed",
    ]),
    "escaped surrogate": ("title: Bread", 'title: "\\ud800x"', [
        "2:8: title contains the character U+D800, which is not allowed",
    ]),
    "duplicate item key": ("key: crust", "key: loaf", [
        '37:18: key "loaf" is already used on line 13 (keys are unique in the whole roadmap)',
    ]),
    "key syntax": ("key: crust", "key: The_Crust!", [
        '37:18: key "The_Crust!" must be lower-case words joined by hyphens (write "the-crust")',
    ]),
    "key without a letter": ("key: crust", "key: '!'", [
        '37:18: key "!" must be lower-case words joined by hyphens',
    ]),
    "key too long": ("key: crust", "key: " + "a" * 41, [
        f'37:18: key "{"a" * 41}" is longer than 40 characters',
    ]),
    "circle": ("title: Starter\n", "title: Starter\n        requires: [loaf]\n", [
        '8:9: order puts "starter" before "loaf", which it requires',
        "44:20: prerequisites go in a circle: starter -> loaf -> starter (take one of them out of `requires`)",
    ]),
    "circle of one": ("requires: [starter]", "requires: [loaf]", [
        "18:20: prerequisites go in a circle: loaf -> loaf (take one of them out of `requires`)",
    ]),
    "unknown prerequisite": ("requires: [starter]", "requires: [startr]", [
        '18:20: requires names the unknown topic "startr" (did you mean "starter"?)',
    ]),
    "unknown helpful topic": ("helpful: []", "helpful: [zzz]", [
        '19:19: helpful names the unknown topic "zzz"',
    ]),
    "unknown topic in order": ("order: [starter, loaf]", "order: [starter, loaf, loafs]", [
        '8:24: order names the unknown topic "loafs" (did you mean "loaf"?)',
    ]),
    "topic twice in order": ("order: [starter, loaf]", "order: [starter, loaf, loaf]", [
        '8:24: order names "loaf" twice (name each topic once)',
    ]),
    "topic left out of order": ("order: [starter, loaf]", "order: [starter]", [
        '8:8: order leaves out the topic "loaf" (name each topic once)',
    ]),
    "order against prerequisites": ("order: [starter, loaf]", "order: [loaf, starter]", [
        '8:9: order puts "loaf" before "starter", which it requires',
    ]),
    "address without scheme": ("url: https://bread.example.org/guide", "url: bread.example.org", [
        f'32:18: url {ADDRESS} (did you mean "https://bread.example.org"?)',
    ]),
    "address too long": ("org/guide", "org/" + "a" * 500, ["32:18: url is longer than 500 characters"]),
    "only extra resources": ("example.org/starter", "example.org\n            extra: true", [
        "49:11: all resources of this topic are extra (at least one has to count)",
    ]),
    "title too long": ("title: Bread", "title: " + "a" * 151, [
        "2:8: title is 151 characters long, at most 150 fit",
    ]),
    "goal too long": ("goal: Grow it.", "goal: " + "a" * 201, [
        "44:15: goal is 201 characters long, at most 200 fit",
    ]),
    "summary too long": ("summary: Flour.", "summary: " + "a" * 1001, [
        "45:18: summary is 1,001 characters long, at most 1,000 fit",
    ]),
    "exercise too long": ("exercise: Feed it.", "exercise: " + "a" * 1001, [
        "47:19: exercise is 1,001 characters long, at most 1,000 fit",
    ]),
    "question too long": ("- Why steam?", "- " + "a" * 301, [
        "26:13: an entry of questions is 301 characters long, at most 300 fit",
    ]),
    "focus too long": ("- Mix.", "- " + "a" * 201, [
        "21:13: an entry of focus is 201 characters long, at most 200 fit",
    ]),
    "too many entries": ("- Why steam?", "- a\n          " * 10 + "- b", [
        "26:11: questions has 11 entries, at most 10 fit",
    ]),
    "unknown kind": ("kind: book", "kind: boook", [
        '39:19: kind "boook" is not known (did you mean "book"?)',
    ]),
    "unknown cost": ("cost: partly free", "cost: zzz", [
        '34:19: cost "zzz" is not known (one of: free, partly free, paid)',
    ]),
    "old key still in use": ("[loaf-guide]", "[starter]", [
        '36:28: renamed_from "starter" is still a key on line 42 (an old name must not be in use)',
    ]),
    "old key claimed twice": ("[loaf-guide]", "[old, old]", [
        '36:33: renamed_from "old" is already claimed on line 36',
    ]),
    "no hours": ("hours: 14", "hours: 0", [f"17:16: {WHOLE}, not 0"]),
    "too many hours": ("hours: 14", "hours: 501", [f"17:16: {WHOLE}, not 501"]),
    "half hours": ("hours: 14", "hours: 1.5", [f"17:16: {WHOLE}"]),
    "hours in quotes": ("hours: 14", 'hours: "14"', [f"17:16: {WHOLE} (remove the quotes)"]),
    "hours as list": ("hours: 14", "hours: [14]", [f"17:16: {WHOLE}"]),
    "octal hours": ("hours: 2.5", "hours: 0o17", ["35:20: hours must be a number from 0.1 to 500"]),
    "yes for true": ("extra: true", "extra: yes", ["41:20: extra must be true or false"]),
}  # fmt: skip


def problems(text: str) -> list[str]:
    """Check a text and give its problems without the name of the file."""
    return [str(problem).removeprefix("b.yaml:") for problem in check(text, "b.yaml")[1]]


def test_a_good_file_becomes_a_roadmap() -> None:
    """Everything that the file says arrives in the roadmap, with defaults for what it leaves out."""
    roadmap = read_roadmap(GOOD, "b.yaml")
    loaf, guide = roadmap.by_key["loaf"], roadmap.resources["guide"][1]
    assert (roadmap.key, roadmap.title, roadmap.order) == ("bread", "Bread", ("starter", "loaf"))
    assert roadmap.credits == (Link("The book", "https://bread.example.org/book", "A. Baker"),)
    assert (loaf.section, loaf.hours, loaf.requires, loaf.helpful) == ("basics", 14, ("starter",), ())
    assert (loaf.focus, loaf.tools, loaf.questions) == (
        ("Mix.", "Bake."),
        (Link("Oven", ""),),
        ("Why steam?",),
    )
    assert (guide.kind, guide.cost, guide.hours, guide.extra) == (Kind.ARTICLE, Cost.PARTLY, 2.5, False)
    assert (guide.authors, guide.renamed_from) == (("B. Miller",), ("loaf-guide",))
    assert [resource.key for resource in loaf.extras] == ["crust"]


def test_order_is_that_of_the_file_when_left_out() -> None:
    """A roadmap without `order` is studied from top to bottom."""
    text = GOOD.replace("order: [starter, loaf]\n", "").replace("        requires: [starter]\n", "")
    assert read_roadmap(text, "b.yaml").order == ("loaf", "starter")


def test_texts_keep_their_words() -> None:
    """Quoted words that YAML would change stay as they are, and folded lines become one paragraph."""
    text = GOOD.replace("title: Bread", 'title: "no"').replace(
        "summary: Bake it.", "summary: >\n  22:30\n  is late\n"
    )
    roadmap = read_roadmap(text, "b.yaml")
    assert (roadmap.title, roadmap.summary) == ("no", "22:30 is late")


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_reported_at_its_place(name: str) -> None:
    """A mistake gives its own problem, at its line and column, and no others."""
    good, bad, expected = MISTAKES[name]
    assert GOOD.count(good) == 1
    assert problems(GOOD.replace(good, bad)) == expected


@pytest.mark.parametrize(
    "address",
    [
        "ftp://bread.example.org",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https://localhost/",
        "https://user:secret@bread.example.org",
        "https://bread.example.org/a b",
        "https://bread.example.org/<script>",
        "https://bread.example.org:99999/",
        "https://bread.example.org\\@evil.example.org",
        "https://bröd.example.org",
        "//bread.example.org",
    ],
)
def test_a_bad_address_is_refused(address: str) -> None:
    """An address has http or https, a host with a dot, and neither a user name nor odd characters."""
    text = GOOD.replace("https://bread.example.org/guide", f"'{address}'")
    assert problems(text) == [f"32:18: url {ADDRESS} (for example https://example.org/page)"]


@pytest.mark.parametrize(
    "address",
    [
        "http://bread.example.org",
        "https://bread.example.org:8443/a/b.html?x=1&y=%20#part",
        "HTTPS://bread.example.org".lower(),
        "https://127.0.0.1/~me/(a)",
    ],
)
def test_a_good_address_is_kept(address: str) -> None:
    """An ordinary address is kept as it was written."""
    text = GOOD.replace("https://bread.example.org/guide", address)
    assert read_roadmap(text, "b.yaml").resources["guide"][1].url == address


@pytest.mark.parametrize("name", ["sections", "topics", "resources"])
def test_nothing_is_empty(name: str) -> None:
    """A roadmap has a section, a section a topic, and a topic a resource."""
    start = GOOD.index(f"{name}:\n")
    text = GOOD[:start] + f"{name}: []\n"
    assert f"{name} needs at least one entry (start each entry with `- `)" in "\n".join(problems(text))


def test_all_problems_are_reported_in_one_pass() -> None:
    """However many mistakes there are, each is reported, in the order of the file."""
    text = GOOD
    for name in ("bare no", "unknown key", "unknown prerequisite", "unknown kind", "yes for true"):
        text = text.replace(*MISTAKES[name][:2])
    places = [(problem.line, problem.column) for problem in check(text, "b.yaml")[1]]
    assert places == [(2, 8), (13, 9), (15, 9), (18, 20), (39, 19), (41, 20)]


def test_each_circle_is_named_once() -> None:
    """Two circles of prerequisites are two problems, each with the topics in it."""
    topic = (
        "{{key: {0}, title: t, goal: g, summary: s, hours: 1, exercise: e, requires: [{1}],\n"
        "  resources: [{{key: r-{0}, title: t, kind: book, url: 'https://b.example.org'}}]}}"
    )
    pairs = ["a b", "b c", "c a", "d e", "e d", "f a"]
    topics = ",\n  ".join(topic.format(*pair.split()) for pair in pairs)
    text = f"roadmap: r\ntitle: t\nsummary: s\nsections:\n- key: s\n  title: t\n  topics: [\n  {topics}]\n"
    assert problems(text) == [
        "12:77: prerequisites go in a circle: c -> a -> b -> c (take one of them out of `requires`)",
        "16:77: prerequisites go in a circle: e -> d -> e (take one of them out of `requires`)",
    ]


def test_a_misspelt_topic_key_is_one_problem() -> None:
    """Other places may name a topic by its misspelt key: the mistake is reported once, at the key."""
    text = GOOD.replace("key: starter\n", "key: Starter\n").replace("[starter", "[Starter")
    assert problems(text) == [
        '42:14: key "Starter" must be lower-case words joined by hyphens (write "starter")'
    ]


def test_read_roadmap_raises_with_every_problem() -> None:
    """RoadmapInvalid carries the problems and prints one line for each."""
    text = GOOD.replace("title: Bread", "title: no").replace("hours: 14", "hours: 0")
    with pytest.raises(RoadmapInvalid) as refused:
        read_roadmap(text, "b.yaml")
    message = "title must be text, but YAML reads no as true or false"
    assert refused.value.problems == (
        Problem("b.yaml", 2, 8, message, 'quote it: "no"'),
        Problem("b.yaml", 17, 16, f"{WHOLE}, not 0"),
    )
    assert str(refused.value) == f'b.yaml:2:8: {message} (quote it: "no")\nb.yaml:17:16: {WHOLE}, not 0'


def test_what_a_message_quotes_is_harmless() -> None:
    """A quoted word is shortened and loses what a terminal would act on."""
    text = GOOD.replace("key: crust", f'key: "\\e[31m{"x" * 999}"')
    (problem,) = problems(text)
    assert "\x1b" not in problem
    assert len(problem) < 140


def test_canonical_text_comes_back_as_the_same_roadmap() -> None:
    """What is stored is read back unchanged."""
    roadmap = read_roadmap(GOOD, "b.yaml")
    assert from_canonical(canonical(roadmap)) == roadmap


def test_digest_sees_content_and_nothing_else() -> None:
    """Comments, quotes and layout leave the digest alone; any word changes it."""
    first = digest(canonical(read_roadmap(GOOD, "b.yaml")))
    restyled = "# new\n" + GOOD.replace("title: Bread", "title: 'Bread'").replace("helpful: []\n        ", "")
    assert digest(canonical(read_roadmap(restyled, "c.yaml"))) == first
    assert digest(canonical(read_roadmap(GOOD.replace("Why steam?", "Why heat?"), "b.yaml"))) != first


def test_canonical_text_never_changes() -> None:
    """The stored form is fixed: another text for the same roadmap would look like a new edition."""
    assert canonical(read_roadmap(GOOD, "b.yaml")).startswith(
        '{"credits":[{"author":"A. Baker","name":"The book","url":"https://bread.example.org/book"}],'
        '"order":["starter","loaf"],"roadmap":"bread","sections":[{"key":"basics","title":"Basics","topics":['
        '{"exercise":"Bake.","focus":["Mix.","Bake."],"goal":"Bake a loaf.","hours":14,"key":"loaf",'
    )


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"roadmap": 1}', "null", "[" * 100_000])
def test_a_foreign_text_is_not_canonical(text: str) -> None:
    """A text that `canonical` never wrote is refused with a ValueError."""
    with pytest.raises(ValueError, match=r"canonical|Expecting"):
        from_canonical(text)
