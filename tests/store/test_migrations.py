"""A database is at the schema of this version, whole, or as it was before."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect
from sqlmodel import Session

from bot.core.errors import StartupError
from bot.store import accounts, engines, health, members, migrating, pauses, preferences, scores, twins
from bot.store.engines import open_engine
from bot.store.members import NewMark
from bot.store.tables import CodeKind, Grant, Installation, Nudge, OrganizerRow, Post, Reward, metadata
from bot.study.preferences import Away, Preferences
from bot.study.progress import Act
from tests.conftest import DATABASES
from tests.makers import MONDAY, group, lock_held, published, roadmap
from tests.postgres import Server

pytestmark = pytest.mark.databases(*DATABASES)
NEWEST = migrating.newest()
TABLES = {
    *(
        "meta",
        "workspace",
        "roadmap",
        "item",
        "study_group",
        "member",
        "mark",
        "score",
        "score_count",
        "post",
    ),
    *(
        "preference",
        "away",
        "nudge",
        "reward",
        "role_grant",
        "account",
        "code",
        "installation",
        "organizer",
        "pause",
    ),
}
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


SCHEMA = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL",
    "postgresql": """
        SELECT table_name || '.' || column_name,
               concat_ws(' ', data_type, character_maximum_length, is_nullable, column_default, is_identity)
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION SELECT table_name::text, table_type FROM information_schema.tables WHERE table_schema = 'public'
        UNION SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    """,
}


def run(url: str, *statements: str) -> list[Any]:
    """Run statements past the bot, and return what the last one found."""
    engine = open_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            found = connection.exec_driver_sql(statement)
        result = [tuple(row) for row in found] if found.returns_rows else []
    engine.dispose()
    return result


def schema(url: str) -> dict[str, str]:
    """Read the definition of every table, column, constraint and index."""
    return dict(sorted(run(url, SCHEMA[url.partition(":")[0].partition("+")[0]])))


def rows(url: str) -> dict[str, list[Any]]:
    """Read everything that is in the tables."""
    return {name: run(url, f"SELECT * FROM {name}") for name in TABLES}  # noqa: S608 - our own names


@pytest.fixture
def filled(session: Session, url: str) -> str:
    """A database with something in every table."""
    catalog = published(session, roadmap("a"))
    found = group(session)
    member = members.join(session, None, found.id or 0, "7", "olivia", MONDAY)
    item = catalog.editions[1].ids["a"]
    members.add_mark(
        session, member.id or 0, NewMark(item, Act.FINISHED, MONDAY, MONDAY.date(), 4, 1.5, "a note")
    )
    scores.rebuild(session, member)
    day = MONDAY.date()
    session.add(
        Post(group_id=found.id or 0, kind="prompt", occurrence=day, step=1, item_id=item, due_at=MONDAY)
    )
    session.add(
        Nudge(
            member_id=member.id or 0,
            kind="reminder",
            occurrence=day,
            item_id=item,
            due_at=MONDAY,
            until=MONDAY,
            try_at=MONDAY,
        )
    )
    reward = Reward(
        group_id=found.id or 0,
        workspace_id=found.workspace_id,
        kind="topic",
        target="1",
        role="9",
        role_name="Done",
        made_at=MONDAY,
    )
    session.add(reward)
    session.flush()
    session.add(Grant(reward_id=reward.id or 0, member_id=member.id or 0, try_at=MONDAY))
    preferences.keep(session, found.workspace_id, "7", Preferences(zone="Asia/Tokyo"), MONDAY)
    pauses.begin(session, found.id or 0, MONDAY, None)
    preferences.set_away(session, found.workspace_id, "7", Away(day, day + timedelta(days=7)), MONDAY)
    accounts.link(session, [("7", "olivia"), ("slack:T1.U1", "olivia")], MONDAY)
    accounts.new_code(session, CodeKind.LINK, "7", "olivia", MONDAY)
    session.add(Installation(platform="slack", external_id="T1", sealed="sealed"))
    session.add(OrganizerRow(workspace_id=found.workspace_id, person="7", named_at=MONDAY))
    health.beat(session, MONDAY)
    session.commit()
    return url


@pytest.fixture
def empty(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Server = request.getfixturevalue("postgres")
    name = server.make()
    yield server.url(name)
    server.drop(name)


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
    engine = open_engine(filled)
    migrating.move(engine, "base")
    engine.dispose()
    assert {name for name in schema(filled) if not name.startswith("alembic_version")} == set()
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
    assert migrating.upgrade(filled) == (NEWEST, "0099")
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
    run(filled, "UPDATE alembic_version SET version_num = '0999'")
    before = rows(filled)
    with pytest.raises(StartupError, match=rf"schema 0999.*up to {migrating.newest()}.*Nothing was changed"):
        migrating.upgrade(filled)
    assert rows(filled) == before


def test_a_process_apart_migrates_just_so(url: str, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `run` leaves to another process, to be rid of its memory, ends at the same schema, and only once."""
    migrating.upgrade_apart(empty)
    assert schema(empty) == schema(url)
    monkeypatch.setattr(subprocess, "run", None)
    migrating.upgrade_apart(empty)


def test_what_a_process_apart_refuses_is_said_here(filled: str) -> None:
    """A newer schema is the same clear line from there."""
    run(filled, "UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(StartupError, match=r"^The database is at schema 0999.*Nothing was changed"):
        migrating.upgrade_apart(filled)


def test_models_and_migrations_do_not_drift(url: str, empty: str) -> None:
    """Migrated and made from the models, a database has the same tables, columns, constraints and indexes."""
    engine = create_engine(empty)
    metadata.create_all(engine)
    engine.dispose()
    migrated, modelled = described(url), described(empty)
    assert migrated == modelled
    assert set(metadata.tables) == TABLES
    assert schema(url)["ix_score_board"].count("points DESC") == 1
    assert "WHERE" in schema(url)["ix_study_group_due"]


def described(url: str) -> dict[str, Any]:
    """Describe columns, keys, constraints and indexes of each table, by name."""
    found = {name: sql for name, sql in schema(url).items() if not name.startswith("alembic_version")}
    if not url.startswith("sqlite"):
        return found
    # The text of a table differs in the order of its parts; that of an index does not.
    return {name: sql if name.startswith("ix_") else parts(url, name) for name, sql in found.items()}


def parts(url: str, table: str) -> Any:
    """Describe a table of SQLite."""
    engine = open_engine(url)
    with engine.connect() as connection:
        look = inspect(connection)
        columns = {c["name"]: (str(c["type"]), c["nullable"]) for c in look.get_columns(table)}
        keys = look.get_pk_constraint(table), *map(sorted_by_name, (
            look.get_foreign_keys(table), look.get_unique_constraints(table), look.get_check_constraints(table)
        ))  # fmt: skip
    engine.dispose()
    return columns, keys


def sorted_by_name(found: Any) -> list[Any]:
    """Sort constraints."""
    return sorted(found, key=lambda constraint: constraint["name"])


def test_the_heartbeat_and_revision_can_be_looked_at(filled: str) -> None:
    """`look` says what is there and when the bot was last alive."""
    found = health.look(filled)
    assert (found.exists, found.revision, found.needed, found.heartbeat) == (
        True,
        migrating.newest(),
        migrating.newest(),
        MONDAY,
    )


def test_a_database_that_another_program_locks_is_refused(
    url: str, extra_migration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Migrating while another program holds what it needs is one clear line, and changes nothing."""
    extra_migration.write_text(extra_migration.read_text().replace("raise SystemExit('killed')", ""))
    monkeypatch.setattr(engines, "LOCK_WAIT_SECONDS", 0.05)
    monkeypatch.setattr(migrating, "LOCK_WAIT_SECONDS", 0.05)
    with lock_held(url), pytest.raises(StartupError, match=r"locked|lock timeout"):
        migrating.upgrade(url)
    assert "half" not in schema(url)
    migrating.upgrade(url)
    assert "half" in schema(url)


def test_the_due_index_is_used(session: Session) -> None:
    """Looking for groups and posts that are due reads their indexes and never whole tables."""
    connection = session.connection()
    explain = "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        # So few rows are read as a whole unless that is forbidden.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN"
    for table, column in (
        ("study_group", "next_due_at"),
        ("post", "try_at"),
        ("post", "thread_try_at"),
        ("post", "edit_at"),
    ):
        query = f"SELECT id FROM {table} WHERE {column} <= '2026-01-01' ORDER BY {column}"  # noqa: S608 - a fixed list
        plan = str(connection.exec_driver_sql(f"{explain} {query}").fetchall())
        assert f"ix_{table}_" in plan
        assert "SCAN" not in plan


def test_shard_keys_of_servers_that_are_there_are_worked_out(filled: str) -> None:
    """Discord's servers get their shard key by migrating up, what is no number gets 0, and down and up loses no row."""
    guild = 987654321098765432
    run(filled, f"UPDATE workspace SET external_id = '{guild}'")  # noqa: S608 - a number
    run(
        filled,
        "INSERT INTO workspace (platform, external_id, name, joined_at) VALUES ('slack', 'T01', '', '2026-01-01')",
    )
    engine = open_engine(filled)
    migrating.move(engine, "0001")
    engine.dispose()
    assert "shard_key" not in str(schema(filled))
    migrating.upgrade(filled)
    keys = run(filled, "SELECT external_id, shard_key FROM workspace ORDER BY id")
    assert keys == [(str(guild), guild >> 22), ("T01", 0)]


def test_board_rows_move_along_with_their_key(filled: str) -> None:
    """Rows of boards are the same after the key is changed, and down and up again; the key begins with the member."""
    before, wanted = rows(filled), schema(filled)
    engine = open_engine(filled)
    migrating.move(engine, "0003")
    assert before["score"]
    assert "ix_member_person" not in schema(filled)
    by_name = "SELECT group_id, period, member_id, points, reached_at FROM score ORDER BY period"
    there = run(filled, by_name)
    assert len(there) == len(before["score"])
    migrating.move(engine, "0004")
    engine.dispose()
    assert run(filled, by_name) == there
    migrating.upgrade(filled)
    assert schema(filled) == wanted


def test_marks_that_are_there_are_for_the_day_on_which_they_were_recorded(filled: str) -> None:
    """By the group's calendar, as the boards counted them, in batches; down and up loses no row."""
    run(filled, "UPDATE study_group SET zone = 'Asia/Tokyo'", "UPDATE mark SET at = '2026-01-04 16:00:00'")
    engine = open_engine(filled)
    migrating.move(engine, "0006")
    before = run(filled, "SELECT id, points, note FROM mark")
    migrating.move(engine, "0007")
    engine.dispose()
    assert run(filled, "SELECT id, points, note FROM mark") == before
    ((day,),) = run(filled, "SELECT day FROM mark")
    assert str(day) == "2026-01-05"


def test_going_back_takes_shared_groups_apart(session: Session, url: str) -> None:
    """Below the schema with shared groups each channel is a group of its own, with who joined there."""
    published(session, roadmap("a"))
    home = group(session, state="paused", step=1)
    other = group(session, channel="C1", platform="slack", workspace="T1")
    third = group(session, channel="C2", platform="slack", workspace="T1")
    for twin in (other, third):
        twins.connect(session, home, twin)
    third.state = "held"
    for person, via in (("7", None), ("slack:T1.U1", other.id)):
        member = members.join(session, None, home.id or 0, person, "a", MONDAY, via)
        members.add_mark(session, member.id, NewMark(1, Act.FINISHED, MONDAY, MONDAY.date(), 4))
        scores.rebuild(session, member)
    accounts.new_code(session, CodeKind.TWIN, "7", "olivia", MONDAY, home.id)
    session.commit()
    engine = open_engine(url)
    migrating.move(engine, "0008")
    engine.dispose()
    found = run(url, "SELECT id, state, step, next_due_at FROM study_group ORDER BY id")
    due = found[0][3]
    assert found == [(home.id, "paused", 1, due), (other.id, "paused", 1, due), (third.id, "held", 1, None)]
    placed = "SELECT person, member.group_id, score.group_id FROM member JOIN score ON member_id = id"
    assert set(run(url, placed)) == {("7", home.id, home.id), ("slack:T1.U1", other.id, other.id)}
    assert set(run(url, "SELECT DISTINCT group_id, members FROM score_count")) == {
        (home.id, 1),
        (other.id, 1),
    }
    assert run(url, "SELECT * FROM code") == []
    migrating.upgrade(url)
    assert run(url, "SELECT twin_of FROM study_group") == [(None,)] * 3
