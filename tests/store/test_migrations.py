"""A database is at the schema of this version, whole, or as it was before."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlmodel import Session

from bot.core.errors import StartupError
from bot.store import database as store
from bot.store import health, members, migrating
from bot.store.database import sqlite_engine
from bot.store.members import NewMark
from bot.store.tables import Post, metadata
from bot.study.progress import Act
from tests.makers import MONDAY, group, published, roadmap

TABLES = {"meta", "workspace", "roadmap", "item", "study_group", "member", "mark", "score", "post"}
HALF_WAY = '''
"""A migration that dies in the middle."""
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "0099", "{newest}", None, None
def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer()))
    op.add_column("meta", sa.Column("extra", sa.String(10)))
    op.execute("UPDATE meta SET value = 'changed'")
    {then}
def downgrade():
    op.drop_column("meta", "extra")
    op.drop_table("half")
'''


def schema(url: str) -> dict[str, str]:
    """Read the definition of every table and index."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as db:
        return dict(db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"))


def rows(url: str) -> dict[str, list[Any]]:
    """Read everything that is in the tables."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as db:
        return {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}  # noqa: S608 - our own names


@pytest.fixture
def filled(session: Session, url: str) -> str:
    """A database with something in every table."""
    catalog = published(session, roadmap("a"))
    found = group(session)
    member = members.join(session, None, found.id or 0, "7", "olivia", MONDAY)
    item = catalog.editions[1].ids["a"]
    members.add_mark(session, member.id or 0, NewMark(item, Act.FINISHED, MONDAY, 4, 1.5, "a note"))
    members.rebuild_scores(session, member, members.ZoneInfo("UTC"))
    day = MONDAY.date()
    session.add(
        Post(group_id=found.id or 0, kind="prompt", occurrence=day, step=1, item_id=item, due_at=MONDAY)
    )
    health.beat(session, MONDAY)
    session.commit()
    return url


@pytest.fixture
def extra_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the migrations to which a test can add one."""
    newest, folder = migrating.newest(), tmp_path / "migrations"
    shutil.copytree(migrating.folder(), folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrating, "folder", lambda: folder)
    path = folder / "versions" / "0099_half_way.py"
    path.write_text(HALF_WAY.format(newest=newest, then="raise SystemExit('killed')"))
    return path


def test_up_down_and_up_again(filled: str) -> None:
    """Going down drops every table and coming up again makes the same ones, whatever was in them."""
    before = schema(filled)
    assert set(before) >= TABLES
    assert all(rows(filled).values())
    engine = migrating.migration_engine(filled)
    migrating.move(engine, "base")
    engine.dispose()
    assert set(schema(filled)) <= {"alembic_version"}
    assert migrating.upgrade(filled) == (None, migrating.newest())
    assert schema(filled) == before


def test_migrating_again_changes_nothing(filled: str) -> None:
    """A database at the newest schema is left as it is, to the row."""
    before = rows(filled)
    assert migrating.upgrade(filled) == (migrating.newest(), migrating.newest())
    assert rows(filled) == before


@pytest.mark.parametrize(
    "death", ["raise SystemExit('killed')", "raise RuntimeError", "op.execute('nonsense')"]
)
def test_a_migration_killed_half_way_leaves_everything_as_it_was(
    filled: str, extra_migration: Path, death: str
) -> None:
    """Tables, columns and rows of a half-done migration are all taken back, and the next try completes."""
    text = extra_migration.read_text()
    extra_migration.write_text(text.replace("raise SystemExit('killed')", death))
    before = schema(filled), rows(filled)
    with pytest.raises(BaseException):  # noqa: B017, PT011 - whatever kills it
        migrating.upgrade(filled)
    assert (schema(filled), rows(filled)) == before
    extra_migration.write_text(text.replace("raise SystemExit('killed')", ""))
    assert migrating.upgrade(filled) == ("0001", "0099")
    assert "half" in schema(filled)
    assert [value for _, value, _ in rows(filled)["meta"]] == ["changed"]


def test_a_process_killed_in_a_migration_leaves_everything_as_it_was(
    filled: str, extra_migration: Path
) -> None:
    """A SIGKILL in the middle of a migration, which no code can catch, changes nothing either (scenario 10)."""
    text = extra_migration.read_text()
    extra_migration.write_text(
        text.replace("raise SystemExit('killed')", "import os; os.kill(os.getpid(), 9)")
    )
    before = schema(filled), rows(filled)
    code = (
        "import pathlib, sys; from bot.store import migrating\n"
        "migrating.folder = lambda: pathlib.Path(sys.argv[2])\n"
        "migrating.upgrade(sys.argv[1])"
    )
    command = [sys.executable, "-c", code, filled, str(extra_migration.parents[1])]
    died = subprocess.run(command, cwd=Path(__file__).parents[2], check=False)
    assert died.returncode == -signal.SIGKILL
    assert (schema(filled), rows(filled)) == before
    extra_migration.write_text(text.replace("raise SystemExit('killed')", ""))
    assert migrating.upgrade(filled)[1] == "0099"
    assert "half" in schema(filled)


def test_a_newer_schema_is_refused_by_name(filled: str) -> None:
    """A database from the future is not touched, and the message names its schema and ours."""
    with closing(sqlite3.connect(filled.removeprefix("sqlite:///"))) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '0999'")
    before = rows(filled)
    with pytest.raises(StartupError, match=rf"schema 0999.*up to {migrating.newest()}.*Nothing was changed"):
        migrating.upgrade(filled)
    assert rows(filled) == before


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    """A file that is something else is named, and left alone."""
    path = tmp_path / "roadmate.db"
    path.write_bytes(b"dear diary, " * 500)
    with pytest.raises(StartupError, match=r"roadmate\.db can't be opened"):
        migrating.upgrade(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"dear diary")


def test_a_database_that_another_program_locks_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting while another program holds the write lock is one clear line."""
    monkeypatch.setattr(store, "LOCK_WAIT_SECONDS", 0.05)
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StartupError, match="locked"):
            migrating.upgrade(url)
        other.execute("ROLLBACK")


def described(url: str) -> dict[str, Any]:
    """Describe columns, keys, constraints and indexes of each table as SQLite has them."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as db:

        def pragma(name: str, of: str) -> list[Any]:
            return db.execute(f"SELECT * FROM pragma_{name}(?)", (of,)).fetchall()  # noqa: S608 - a fixed list

        found: dict[str, Any] = {}
        for table in sorted(TABLES):
            columns = {
                name: (kind, notnull, key) for _, name, kind, notnull, _, key in pragma("table_info", table)
            }
            links = sorted(
                (column, there, to) for _, _, there, column, to, *_ in pragma("foreign_key_list", table)
            )
            indexes = []
            for _, name, unique, origin, partial in pragma("index_list", table):
                parts = [(column, desc) for _, _, column, desc, *_, key in pragma("index_xinfo", name) if key]
                indexes.append((origin == "c" and name, unique, origin, partial, parts))
            found[table] = columns, links, sorted(indexes, key=str)
        return found


def test_models_and_migrations_do_not_drift(url: str, tmp_path: Path) -> None:
    """Migrated and made from the models, a database has the same tables, columns, constraints and indexes."""
    other = f"sqlite:///{tmp_path / 'models.db'}"
    engine = create_engine(other)
    metadata.create_all(engine)
    engine.dispose()
    assert described(url) == described(other)
    assert set(metadata.tables) == TABLES
    migrated, modelled = schema(url), schema(other)
    del migrated["alembic_version"]
    indexes = [name for name in migrated if name.startswith("ix_")]
    assert {name: migrated[name] for name in indexes} == {name: modelled[name] for name in indexes}
    assert names(migrated) == names(modelled)
    assert migrated["ix_score_board"].count("points DESC") == 1
    assert migrated["ix_study_group_due"].endswith("WHERE next_due_at IS NOT NULL")


def names(found: dict[str, str]) -> dict[str, list[str]]:
    """Read the names of a table's constraints."""
    return {
        table: sorted(word for word in sql.replace("(", " ").split() if word[:3] in ("uq_", "fk_", "pk_"))
        for table, sql in found.items()
        if sql.startswith("CREATE TABLE")
    }


def test_the_heartbeat_and_revision_can_be_looked_at(filled: str) -> None:
    """`look` says what is there, and for a missing file that there is none, without making it."""
    found = health.look(filled)
    assert (found.exists, found.revision, found.needed, found.heartbeat) == (True, "0001", "0001", MONDAY)
    missing = f"{filled}.missing"
    assert not health.look(missing).exists
    assert not Path(missing.removeprefix("sqlite:///")).exists()


def test_the_due_index_is_used(url: str) -> None:
    """Looking for groups and posts that are due reads their indexes and never whole tables."""
    engine = sqlite_engine(url, 1)
    with engine.connect() as connection:
        for table, column in (("study_group", "next_due_at"), ("post", "try_at"), ("post", "thread_try_at")):
            plan = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN SELECT id FROM {table} WHERE {column} <= '2026' ORDER BY {column}"  # noqa: S608 - a fixed list
            ).fetchall()
            assert f"ix_{table}_" in str(plan)
            assert "SCAN" not in str(plan)
    engine.dispose()
