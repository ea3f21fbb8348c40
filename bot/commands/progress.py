"""How far somebody is: /progress."""

from bot.commands.context import Context
from bot.commands.lines import state_mark, tally_line
from bot.commands.options import Someone
from bot.commands.scenes import map_of
from bot.commands.scope import Learner, learner
from bot.core.markup import escape
from bot.core.picture import Fact
from bot.core.reply import Field, Reply, Style, refuse
from bot.core.text import bar, plural
from bot.store import boards
from bot.store.boards import Row
from bot.study.points import ALL_TIME, Score, score_in
from bot.study.progress import tally, tally_sections

NOT_A_MEMBER = "Not in this group"
NOT_A_MEMBER_TEXT = (
    "They have not joined this study group. `/join` or a first `/done` makes someone a member."
)
LEFT = "You have left the group; all of it is kept, and `/join` brings you back onto the board."
NOTHING_YET = "Nothing is recorded yet. The first `/done` makes you a member."
YOURS, THEIRS = "Your progress", "Progress of {}"


def progress(ctx: Context, member: Someone = None) -> Reply:
    """How far you or another member are: topics and resources, section by section."""
    other = member is not None and member.id != ctx.request.person.id
    who = learner(ctx, member.id if member is not None and other else None)
    if other and (who.member is None or who.member.left_at is not None):
        raise refuse(NOT_A_MEMBER, NOT_A_MEMBER_TEXT)
    title = THEIRS.format(escape(who.member.name)) if other and who.member else YOURS
    buttons = (who.button("Next", "next", Style.PRIMARY), who.button("Leaderboard", "leaderboard"))
    score = _score(ctx, who, other=other)
    facts = (
        (Fact(f"{score[0]:,}", "point" if score[0] == 1 else "points"), Fact("rank", str(score[1])))
        if score
        else ()
    )
    name = who.member.name if who.member else ""
    return Reply(
        title,
        _summary(who, score, other=other),
        _sections(who),
        buttons,
        picture=map_of(who, name, facts),
    )


def _score(ctx: Context, who: Learner, *, other: bool) -> tuple[int, int] | None:
    """Points and rank; None without points, and for others where they would say whose alias stands on the board."""
    if who.member is None or (other and who.member.alias):
        return None
    found: Row | Score | None = boards.row_of(ctx.session, who.group_id, ALL_TIME, who.member.id)
    if who.member.hidden and not other and who.member.left_at is None:
        # On no board, but one's own points are one's own to see.
        found = score_in(who.standing_marks, ALL_TIME)
    if found is None:
        return None
    return found.points, boards.steps(ctx.session, who.group_id, ALL_TIME).rank(found.points)


def _summary(who: Learner, score: tuple[int, int] | None, *, other: bool) -> str:
    counted = tally(who.edition.roadmap.topics, who.at)
    lines = [f"{bar(counted.topics_done, counted.topics, 14)} **{tally_line(counted)}**"]
    if score is not None:
        lines.append(f"{plural(score[0], 'point')}, rank {score[1]} in the group")
    if who.current is not None and (who.marks or not other):
        lines.append(f"On now: **{escape(who.current.title)}**")
    if who.member is not None and who.member.left_at is not None:
        lines.append(LEFT)
    if not who.marks and not other:
        lines.append(NOTHING_YET)
    return "\n".join(lines)


def _sections(who: Learner) -> tuple[Field, ...]:
    return tuple(
        Field(
            f"{escape(section.title)}",
            f"{bar(counted.topics_done, counted.topics)} {tally_line(counted)}\n"
            + " ".join(
                f"{state_mark(topic, who.at)} {escape(topic.title)} " for topic in section.topics
            ).strip(),
        )
        for section, counted in tally_sections(who.edition.roadmap, who.at)
    )
