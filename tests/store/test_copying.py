"""Moving between SQLite and PostgreSQL: everything arrives as it was, or nothing does."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Boolean, Column, Date, Float, Integer, Table, insert, select
from sqlmodel import Session
from typer.testing import CliRunner

from bot.cli import cli
from bot.core.errors import StartupError
from bot.core.shards import ALL, Shards
from bot.store import copying, members, migrating, workspaces
from bot.store.alone import alone
from bot.store.columns import UtcDateTime
from bot.store.copying import copy
from bot.store.database import Database
from bot.store.engines import open_engine
from bot.store.members import NewMark
from bot.store.tables import ItemRow, Member, Workspace, metadata
from bot.study.progress import Act
from tests.makers import MONDAY, group, migrated, published, roadmap
from tests.postgres import Server

GREAT = 2**63 - 2
LATER = MONDAY + timedelta(microseconds=1)


def quiet(*_: Any) -> None:
    """Take no notice of the progress."""


def contents(url: str) -> dict[str, list[dict[str, Any]]]:
    """Read everything as the bot would."""
    engine = open_engine(url, read_only=True)
    with engine.connect() as connection:
        found = {
            table.name: [
                dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in metadata.sorted_tables
        }
    engine.dispose()
    return found


def any_row(table: Table, number: int) -> dict[str, Any]:
    """Make a row with a value in every column, whatever columns the tables have."""
    return {column.name: any_value(column, number) for column in table.columns}


def any_value(column: Column[Any], number: int) -> Any:
    """Make a value that a column can keep; where it points at another row, that is the one of that number."""
    if column.foreign_keys:
        return GREAT - number
    match column.type:
        case Integer():
            is_id = column.primary_key and isinstance(column.type, BigInteger)
            return GREAT - number if is_id else number
        case Float() | Boolean():
            return number / 3 if isinstance(column.type, Float) else number % 2 == 0
        case Date():
            return MONDAY.date() + timedelta(days=number)
        case UtcDateTime():
            return LATER
    return f"ü{number}"


def fill(url: str, rows: int = 3) -> None:
    """Put rows into every table, with ids of 64 bits, times to the microsecond and letters beyond ASCII."""
    engine = open_engine(url)
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            for number in range(1, rows + 1):
                connection.execute(insert(table), any_row(table, number))
    engine.dispose()


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A SQLite file at the newest schema."""
    return migrated(tmp_path / "roadmate.db")


@pytest.fixture
def nothing(postgres: Server) -> Iterator[str]:
    """An empty database on a server."""
    name = postgres.make()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def make(postgres: Server, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Make databases of either kind without any table."""
    made, numbers = [], count()

    def new(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / f'new{next(numbers)}.db'}"
        made.append(postgres.make())
        return postgres.url(made[-1])

    yield new
    for name in made:
        postgres.drop(name)


WAYS = [
    ("sqlite", "postgresql"),
    ("postgresql", "sqlite"),
    ("sqlite", "sqlite"),
    ("postgresql", "postgresql"),
]


@pytest.mark.parametrize("way", WAYS, ids="-".join)
def test_everything_arrives_as_it_was(make: Callable[[str], str], way: tuple[str, str]) -> None:
    """Each row of each table is the same there: 64-bit ids, aware times, every letter, and equal counts (11)."""
    source, target = map(make, way)
    migrating.upgrade(source)
    fill(source)
    counts = copy(source, target, quiet)
    assert counts == {table.name: 3 for table in metadata.sorted_tables}
    assert contents(target) == contents(source)
    assert contents(target)["workspace"][0]["joined_at"] == LATER
    assert contents(target)["workspace"][0]["joined_at"].tzinfo is not None


def test_there_and_back_again(file: str, make: Callable[[str], str]) -> None:
    """From SQLite to PostgreSQL and back into a new file nothing is lost or changed (11)."""
    fill(file)
    server, back = make("postgresql"), make("sqlite")
    copy(file, server, quiet)
    copy(server, back, quiet)
    assert contents(back) == contents(file)


@pytest.mark.parametrize("batch", [1, 2, 1000])
def test_batches_lose_and_double_nothing(
    file: str, nothing: str, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """However the rows are cut into batches all arrive, and progress is told up to the last one."""
    monkeypatch.setattr(copying, "BATCH", batch)
    fill(file)
    told: list[tuple[str, int, int]] = []
    copy(file, nothing, lambda *how_far: told.append(how_far))
    assert contents(nothing) == contents(file)
    assert [(copied, total) for table, copied, total in told if table == "mark"][-1] == (3, 3)


async def test_the_bot_goes_on_where_it_was(file: str, nothing: str) -> None:
    """After moving to PostgreSQL new rows get new ids, and members find what they had recorded."""
    engine = open_engine(file)
    with Session(engine) as session:
        item = published(session, roadmap("a")).editions[1].ids["a"]
        member = members.join(session, None, group(session).id or 0, "7", "olivia", MONDAY)
        members.add_mark(session, member.id or 0, NewMark(item, Act.FINISHED, MONDAY, MONDAY.date(), 4))
        session.commit()
    engine.dispose()
    copy(file, nothing, quiet)
    database = Database(nothing)
    database.open()

    def more(session: Session) -> tuple[Any, ...]:
        workspaces.enter(session, "discord", "2", "Another", MONDAY)
        mark = members.add_mark(session, 1, NewMark(item, Act.UNDONE, MONDAY, MONDAY.date(), undoes=1))
        session.add(ItemRow(roadmap_id=1, key="new", title="New"))
        session.flush()
        return mark.id, len(members.marks_of(session, 1))

    assert await database.write(more) == (2, 2)
    assert await database.read(lambda s: sorted(s.exec(select(Workspace.id)).scalars())) == [1, 2]
    database.close()


def test_what_is_not_empty_is_not_touched(file: str, make: Callable[[str], str]) -> None:
    """A target with a single row is refused by the names of its tables, and stays as it is."""
    target = make("postgresql")
    migrating.upgrade(target)
    engine = open_engine(target)
    with engine.begin() as connection:
        connection.execute(insert(metadata.tables["meta"]), {"key": "a", "value": "b"})
    engine.dispose()
    before = contents(target)
    fill(file)
    with pytest.raises(StartupError, match=r"not empty \(there are rows in meta\)"):
        copy(file, target, quiet)
    assert contents(target) == before


@pytest.mark.parametrize("end", ["source", "target"])
@pytest.mark.parametrize("schema", ["0000", "0999"])
def test_another_schema_is_refused(file: str, make: Callable[[str], str], end: str, schema: str) -> None:
    """An older or newer schema at either end is refused by its name, and nothing is copied."""
    fill(file)
    target = make("postgresql")
    migrating.upgrade(target)
    engine = open_engine(file if end == "source" else target)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{schema}'")  # noqa: S608 - one of two
    engine.dispose()
    with pytest.raises(StartupError, match=rf"schema {schema}.*copies schema {migrating.newest()} only"):
        copy(file, target, quiet)
    assert not any(contents(target).values())


def test_a_fault_in_the_middle_leaves_nothing_behind(file: str, nothing: str) -> None:
    """A row that PostgreSQL can't keep is named by its reason, and the target has not even the tables."""
    engine = open_engine(file)
    with Session(engine) as session:
        published(session, roadmap("a"))
        session.add(Member(group_id=group(session).id or 0, person="7", name="nul\0", joined_at=MONDAY))
        session.commit()
    engine.dispose()
    with pytest.raises(StartupError, match=r"Nothing was copied: .*NUL"):
        copy(file, nothing, quiet)
    engine = open_engine(nothing)
    with engine.connect() as connection:
        assert migrating.revision_of(connection) is None
    engine.dispose()


def test_a_text_that_is_too_long_is_refused(file: str, nothing: str) -> None:
    """SQLite keeps texts of any length, PostgreSQL does not: that is said, and nothing is cut off."""
    engine = open_engine(file)
    with engine.begin() as connection:
        connection.execute(insert(metadata.tables["meta"]), {"key": "k" * 65, "value": ""})
    engine.dispose()
    with pytest.raises(StartupError, match=r"Nothing was copied: value too long"):
        copy(file, nothing, quiet)


def test_a_running_bot_is_refused_at_either_end(file: str, make: Callable[[str], str]) -> None:
    """While a bot runs on one of them, copying would miss what it writes: it has to be stopped first."""
    server = make("postgresql")
    migrating.upgrade(server)
    with alone(file), pytest.raises(StartupError, match="running on"):
        copy(file, server, quiet)
    for shards in (ALL, Shards(0, 3, 16)):
        with alone(server, shards), pytest.raises(StartupError, match=r"running on.*Stop"):
            copy(file, server, quiet)
    assert copy(file, server, quiet)["mark"] == 0


def test_what_is_not_there_is_not_made(tmp_path: Path, nothing: str) -> None:
    """A source file that does not exist is named and not made."""
    missing = tmp_path / "missing.db"
    with pytest.raises(StartupError, match=r"no database at .*missing\.db"):
        copy(f"sqlite:///{missing}", nothing, quiet)
    assert not missing.exists()


def test_onto_itself_is_refused(file: str) -> None:
    """The same address twice is a slip."""
    with pytest.raises(StartupError, match="same database"):
        copy(file, file, quiet)


def test_the_command_prints_equal_counts(file: str, nothing: str) -> None:
    """`copy` prints every table with its count and what to do next; a fault is one line and exit code 1."""
    fill(file)
    done = CliRunner().invoke(cli, ["copy", file, nothing])
    assert done.exit_code == 0, done.output
    lines = dict(line.split() for line in done.output.splitlines()[:-1])
    assert lines == {table.name: "3" for table in metadata.sorted_tables}
    assert f"Copied {3 * len(lines)} rows" in done.output
    again = CliRunner().invoke(cli, ["copy", file, nothing])
    assert (again.exit_code, "not empty" in again.output) == (1, True)
    assert "Traceback" not in again.output


@pytest.mark.parametrize("arguments", [["mysql://u:hunter2@h/d", "sqlite:///a.db"], ["sqlite:///a.db"]])
def test_a_wrong_address_is_bad_use(arguments: list[str]) -> None:
    """An address of another kind, or one too few, is exit code 2, without the password."""
    done = CliRunner().invoke(cli, ["copy", *arguments])
    assert done.exit_code == 2
    assert "hunter2" not in done.output


def test_the_password_is_never_shown(file: str, nothing: str) -> None:
    """Refusals name the database without its password."""
    with_password = nothing.replace("roadmate@", "roadmate:hunter2@")
    fill(file)
    copy(file, nothing, quiet)
    with pytest.raises(StartupError, match="not empty") as refused:
        copy(file, with_password, quiet)
    assert "hunter2" not in str(refused.value)
