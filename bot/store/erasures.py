"""Who asked to be forgotten: a list that outlives a restored backup, in which they still are.

It lies beside the database and not in it, because a restore replaces the database. A line holds a keyed hash, and
the key is in the database alone: neither of the two names anybody without the other.
"""

import errno
import hashlib
import hmac
import logging
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col
from sqlmodel import select as select_objects

from bot.core.errors import StartupError
from bot.core.identity import account_of
from bot.store import accounts, notes, organizers, people, preferences
from bot.store.faults import Unreachable, Unwritable, explained
from bot.store.tables import Account, Group, Member, Workspace
from bot.store.unit import if_undone

log = logging.getLogger("roadmate.erasures")

KEY, SEEN = "erasure_key", "erasures_seen"
HEAD = (
    "# People who asked to be forgotten, as hashes. Keep this file beside the database: after a backup is restored,\n"
    "# they are erased from it again.\n"
)
UNCHECKED = (
    "{path} lists people who asked to be forgotten, and this database is from before it could recognise them. "
    "Restore a newer backup, or move the list away if it belongs to another database."
)
NEVER = datetime.min.replace(tzinfo=UTC)
_LINE = re.compile(r"([0-9a-f]{64}) (\d{4}-\d\d-\d\dT[\d:.]+\+00:00)")


def place(session: Session, chosen: Path | None = None) -> Path:
    """Where the list is: as chosen, else beside the SQLite file, or for a server in the folder where the bot runs."""
    engine = session.connection().engine
    name = f"{engine.url.database}.erased"
    return chosen or (Path(name) if engine.dialect.name == "sqlite" else Path.cwd() / name)


def remember(session: Session, platform: str, person: str, now: datetime, chosen: Path | None = None) -> None:
    """Add a person to the list, at once and on the disk. Raises Unwritable.

    Before the commit, so that no crash lets a person who was erased be missing there; whoever is listed and was told
    nothing is erased by the next start. Where the transaction fails, and they are told so, the line is taken back.
    """
    path = place(session, chosen)
    listed = _digest(_key(session), platform, person), now
    try:
        before = _lines(path)
        _append(session, path, f"{listed[0]} {now.isoformat()}".encode())
    except OSError as error:
        raise Unwritable(str(error)) from error
    # Somebody else's line may be there whose erasure was never finished: then a start has to look.
    if notes.get(session, SEEN) == _seen(before):
        notes.put(session, SEEN, _seen([*before, listed]))


def _append(session: Session, path: Path, line: bytes) -> None:
    with path.open("ab", buffering=0) as file:
        # On a line of its own, even if the last one was cut off by a crash.
        text = b"\n%b\n" % line if file.tell() else b"%b%b\n" % (HEAD.encode(), line)
        if file.write(text) != len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        # Several processes may append to one list; after the write the end is our own.
        start = file.tell() - len(line) - 1
        if_undone(session, lambda fault: _take_back(path, start, line, fault))
        os.fsync(file.fileno())


def _take_back(path: Path, start: int, line: bytes, fault: BaseException) -> None:
    """Make a line a comment, in its place, for which a full disk has room too."""
    if isinstance(fault, DBAPIError) and isinstance(explained(fault), Unreachable):
        # Perhaps it was committed, and they were not told that it failed. They had said so twice.
        return
    try:
        with path.open("r+b") as file:
            file.seek(start)
            if file.read(len(line)) == line:
                file.seek(start)
                file.write(b"#" * len(line))
                file.flush()
                os.fsync(file.fileno())
    except OSError:
        log.exception("an erasure that failed stays listed, and the next start does it", extra={"list": path})


def replay(session: Session, chosen: Path | None = None) -> int:
    """Erase whoever is on the list and in the database all the same; return how many memberships that were.

    Who came back after they were erased stays. Raises StartupError where the list can't be checked.
    """
    known = notes.get(session, KEY) is not None
    key, path = _key(session), place(session, chosen)
    lines = _lines(path)
    if known and notes.get(session, SEEN) == _seen(lines):
        return 0
    listed, people_there = dict(lines), _members(session)
    if listed and people_there and not known:
        raise StartupError(UNCHECKED.format(path=path))
    again = [m.id for m in people_there if m.joined_at <= _asked(listed, key, m.person)]
    people.erase_members(session, again)
    for person, since in preferences.everybody(session):
        if since <= _asked(listed, key, person):
            preferences.erase(session, person)
    links = session.exec(select_objects(Account)).all()
    accounts.forget(session, [a.person for a in links if a.linked_at <= _asked(listed, key, a.person)])
    for platform, person, since in organizers.everybody(session):
        if since <= listed.get(_digest(key, platform, person), NEVER):
            organizers.forget(session, platform, person)
    for platform, person in _organizers(session):
        if _digest(key, platform, person) in listed:
            people.forget_organizer(session, platform, person)
    notes.put(session, SEEN, _seen(lines))
    return len(again)


def _asked(listed: Mapping[str, datetime], key: bytes, person: str) -> datetime:
    """When somebody, given by key, asked to be forgotten last."""
    return listed.get(_digest(key, *account_of(person)), NEVER)


def _seen(lines: Sequence[tuple[str, datetime]]) -> str:
    """What tells one list from another."""
    text = "\n".join(f"{who} {when.isoformat()}" for who, when in lines)
    return hashlib.sha256(text.encode()).hexdigest()


def _key(session: Session) -> bytes:
    """The key of the hashes, made at the first start, so that every backup has it."""
    found = notes.get(session, KEY)
    if found is None:
        found = secrets.token_hex(32)
        notes.put(session, KEY, found)
    return bytes.fromhex(found)


def _digest(key: bytes, platform: str, person: str) -> str:
    return hmac.digest(key, f"{platform} {person}".encode(), "sha256").hex()


def _lines(path: Path) -> list[tuple[str, datetime]]:
    """Hashes of people and when they asked, oldest first; a line that a crash cut off is none."""
    lines = path.read_text("ascii").splitlines() if path.exists() else []
    return [
        (found[1], datetime.fromisoformat(found[2])) for line in lines if (found := _LINE.fullmatch(line))
    ]


def _members(session: Session) -> Sequence[Any]:
    wanted = select(col(Member.id), col(Member.person), col(Member.joined_at))
    return session.connection().execute(wanted).all()


def _organizers(session: Session) -> Sequence[Any]:
    wanted = select(col(Workspace.platform), col(Group.organizer)).join(
        Group, col(Group.workspace_id) == col(Workspace.id)
    )
    return session.connection().execute(wanted.where(col(Group.organizer) != "").distinct()).all()
