"""People who are one person on several platforms, and the one-time codes by which they say so.

A membership stays with the account that joined, and is found by all of them. So linking moves nothing but what two
of them have in the same group, and separating moves nothing at all.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, and_, bindparam, select, union_all
from sqlmodel import Session, col, delete, update
from sqlmodel import select as select_objects

from bot.core.identity import account_of
from bot.store.tables import Account, Code, CodeKind

_ACCOUNT = Account.__table__  # type: ignore[attr-defined]
CODE_BYTES = 16
CODE_LIVES = timedelta(minutes=10)


def same_person(parameter: str) -> CompoundSelect[str]:
    """The keys of everybody who is the same person as the key bound to that parameter, this key among them."""
    me, other = _ACCOUNT.alias("me"), _ACCOUNT.alias("other")
    linked = select(other.c.person).join(me, me.c.same_as == other.c.same_as)
    # Named twice where it is linked: what is looked up twice is found once.
    return union_all(select(bindparam(parameter)), linked.where(me.c.person == bindparam(parameter)))


def linked_with(person: Any) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """What to join to come from a column with keys to the other accounts of these people, which are the second."""
    me, other = _ACCOUNT.alias("me"), _ACCOUNT.alias("other")
    others = and_(other.c.same_as == me.c.same_as, other.c.person != me.c.person)
    return (me, me.c.person == person), (other, others)


_KEYS = same_person("person")


def keys_of(session: Session, person: str) -> Sequence[str]:
    """The keys of all accounts of a person, given one of them."""
    return sorted(set(session.connection().execute(_KEYS, {"person": person}).scalars()))


def accounts_of(session: Session, person: str) -> Sequence[Account]:
    """The linked accounts of a person, this one among them, oldest first; nothing for somebody who has one."""
    wanted = select_objects(Account).where(col(Account.person).in_(keys_of(session, person)))
    return session.exec(wanted.order_by(col(Account.linked_at), col(Account.person))).all()


def account_there(session: Session, person: str, platform: str) -> str | None:
    """The key of a person's account on a platform: the one given, else the first that was linked; None without one."""
    if account_of(person)[0] == platform:
        return person
    there = (a.person for a in accounts_of(session, person) if account_of(a.person)[0] == platform)
    return next(there, None)


def link(session: Session, people: Sequence[tuple[str, str]], now: datetime) -> None:
    """Make these people, each a key and a name, and everybody linked to one of them the same person."""
    label = secrets.token_hex(CODE_BYTES)
    for person, name in people:
        found = [a for a in accounts_of(session, person) if a.person == person]
        session.add(found[0] if found else Account(person=person, same_as=label, name=name, linked_at=now))
        session.flush()
        keys = keys_of(session, person)
        session.exec(update(Account).where(col(Account.person).in_(keys)).values(same_as=label))


def unlink(session: Session, person: str) -> None:
    """Separate an account from the others. Whoever is left alone has nothing to be linked to."""
    others = [key for key in keys_of(session, person) if key != person]
    gone = [person, *others] if len(others) == 1 else [person]
    session.exec(delete(Account).where(col(Account.person).in_(gone)))


def new_code(
    session: Session, kind: CodeKind, person: str, name: str, now: datetime, group_id: int | None = None
) -> str:
    """Make a code and return it; one that the person made before for the same is worth nothing any more."""
    session.exec(delete(Code).where(col(Code.person) == person, col(Code.kind) == kind))
    code = secrets.token_hex(CODE_BYTES)
    expires = now + CODE_LIVES
    made = Code(
        digest=_digest(code), kind=kind, person=person, name=name, expires_at=expires, group_id=group_id
    )
    session.add(made)
    session.flush()
    return code


def find_code(session: Session, kind: CodeKind, code: str, now: datetime) -> Code | None:
    """What a code that still lives stands for."""
    wanted = col(Code.digest) == _digest(code), col(Code.kind) == kind, col(Code.expires_at) > now
    return session.exec(select_objects(Code).where(*wanted)).first()


def use_code(session: Session, code: Code) -> None:
    """A code works once."""
    session.exec(delete(Code).where(col(Code.digest) == code.digest))


def codes_of(session: Session, person: str) -> Sequence[Code]:
    """What a person has made codes for."""
    return session.exec(select_objects(Code).where(col(Code.person).in_(keys_of(session, person)))).all()


def expire(session: Session, now: datetime) -> None:
    """Forget codes that nobody entered in time."""
    session.exec(delete(Code).where(col(Code.expires_at) <= now))


def forget(session: Session, keys: Sequence[str]) -> None:
    """Leave neither link nor code of these accounts."""
    session.exec(delete(Account).where(col(Account.person).in_(keys)))
    session.exec(delete(Code).where(col(Code.person).in_(keys)))


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
