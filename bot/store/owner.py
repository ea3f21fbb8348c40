"""Whose database this is: a copy of it under another bot must not post."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from bot.core.errors import StartupError
from bot.core.ownership import owner_notes
from bot.core.platform import OWNER, STRANGER
from bot.store import groups, posts
from bot.store.alone import alone
from bot.store.disk import is_sqlite, sqlite_file
from bot.store.engines import open_engine
from bot.store.migrating import upgrade
from bot.store.tables import Group, Meta, Post, PostKind, PostState, Workspace

NO_DATABASE = "There is no database at {}. DATABASE_URL says where it is."
ANOTHERS_BOARD = "It is the board of the bot before. `/board here` posts one that keeps itself up to date."
TAKEN_OVER = "Another bot has taken the group over."
_PLATFORMS = ("discord", "slack")
_WAITING = (PostState.DUE, PostState.CLAIMED, PostState.HELD)


def owner(session: Session) -> tuple[str, str]:
    """The application that the database belongs to, and the stranger that posts nothing on it; "" for none."""
    return _note(session, OWNER), _note(session, STRANGER)


def is_foreign(session: Session, platform: str) -> bool:
    """Whether the bot runs on another bot's data on a platform, and posts nothing there."""
    return bool(_note(session, owner_notes(platform)[1]))


def take_over(database_url: str, now: datetime) -> str:
    """Give the database to the stranger, and return its id, or "" where there is none. Raises StartupError."""
    if is_sqlite(database_url) and not (file := sqlite_file(database_url)).exists():
        raise StartupError(NO_DATABASE.format(file))
    with alone(database_url):
        upgrade(database_url)
        engine = open_engine(database_url)
        try:
            with Session(engine) as session:
                taken = adopt(session, now)
                session.commit()
                return taken
        finally:
            engine.dispose()


def adopt(session: Session, now: datetime) -> str:
    """The same in a transaction.

    What waits is given up: the bot before may have posted it, and in a channel its posts are another's. Each group goes
    on with its next time, and a topic that was given up comes then.
    """
    taken = [_adopted(session, platform, now) for platform in _PLATFORMS]
    return ", ".join(filter(None, taken))


def _adopted(session: Session, platform: str, now: datetime) -> str:
    owns, is_strange = owner_notes(platform)
    stranger = _note(session, is_strange)
    if not stranger:
        return ""
    session.merge(Meta(key=owns, value=stranger))
    session.merge(Meta(key=is_strange, value=""))
    here = select(Workspace.id).where(Workspace.platform == platform)
    theirs = col(Group.workspace_id).in_(here)
    of_theirs = col(Post.group_id).in_(select(Group.id).where(theirs))
    for post in session.exec(select(Post).where(col(Post.state).in_(_WAITING), of_theirs)).all():
        posts.miss(session, post.id or 0, TAKEN_OVER)
        if post.kind == PostKind.PROMPT and not post.message_id:
            groups.take_step_back(session, post, now)
    session.exec(
        update(Post).where(col(Post.thread_try_at).is_not(None), of_theirs).values(thread_try_at=None)
    )
    # Nobody can edit the message of another bot.
    boards = update(Post).where(col(Post.edit_at).is_not(None), of_theirs)
    session.exec(boards.values(edit_at=None, state=PostState.HELD, reason=ANOTHERS_BOARD))
    # Nothing that came due meanwhile is planned; the next tick finds each group's next time.
    late = update(Group).where(col(Group.next_due_at) <= now, theirs)
    session.exec(late.values(planned_to=now, next_due_at=now))
    return stranger


def _note(session: Session, key: str) -> str:
    row = session.get(Meta, key)
    return row.value if row else ""
