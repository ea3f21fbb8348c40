"""By what names the people of a workspace's groups go there."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select, update
from sqlmodel import Session, col

from bot.store.places import MEMBERSHIP, Membership
from bot.store.tables import Group, Member


def in_workspace(session: Session, workspace_id: int, people: Sequence[str]) -> Sequence[Membership]:
    """The rows of a person's accounts, given by key, in every group of a workspace."""
    wanted = select(*MEMBERSHIP).where(col(Member.person).in_(people), _in_groups_of(workspace_id))
    rows: Iterable[Any] = session.connection().execute(wanted)
    return [Membership(*row) for row in rows]


def names_near(
    session: Session, workspace_id: int, length: tuple[int, int], but: Sequence[str]
) -> Iterator[str]:
    """The names and aliases of everybody in a workspace's groups but these people, given by key.

    Only those that are so long: the least and the most characters.
    """
    others = _in_groups_of(workspace_id), col(Member.person).not_in(but), col(Member.left_at).is_(None)
    for name in (col(Member.name), col(Member.alias)):
        wanted = select(name).where(*others, func.length(name).between(*length))
        yield from session.connection().execute(wanted.distinct()).scalars()


def _in_groups_of(workspace_id: int) -> ColumnElement[bool]:
    homes = func.coalesce(col(Group.twin_of), col(Group.id))
    return col(Member.group_id).in_(select(homes).where(col(Group.workspace_id) == workspace_id))


def is_own(session: Session, member_id: int, key: str) -> bool:
    """Whether a member joined with the account of that key, and not with another one that is linked with it."""
    own = select(col(Member.id)).where(col(Member.id) == member_id, col(Member.person) == key)
    return session.connection().execute(own).first() is not None


_RENAME = update(Member).where(col(Member.id) == bindparam("member"), col(Member.person) == bindparam("key"))


def rename(session: Session, names: Sequence[tuple[int, str, str]]) -> None:
    """Let members, each with the key of their account, have the names that they go by now."""
    rows = [{"member": member, "key": key, "new": name} for member, key, name in names]
    if rows:
        session.connection().execute(_RENAME.values(name=bindparam("new")), rows)
