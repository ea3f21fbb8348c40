"""Bringing a database to the schema of this version, whole or not at all."""

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from bot.core.errors import StartupError
from bot.store import engines

if TYPE_CHECKING:
    from alembic.config import Config

_SOURCE = Path(__file__).parents[2] / "migrations"
_INSTALLED = Path(__file__).parents[1] / "_data" / "migrations"
LOCK_WAIT_SECONDS = 60.0
"""How long migrating waits on PostgreSQL for other processes that migrate, or that have not stopped yet."""

_ADDRESS, REFUSED = "DATABASE_URL", 3
_ONE_MIGRATES = 0x726F61646D617465
"""The key of PostgreSQL's lock: any number that nobody else uses. It is "roadmate" in ASCII."""


def folder() -> Path:
    """Where the migrations are: at the top of a checkout, inside the package of an installed wheel."""
    return _SOURCE if _SOURCE.is_dir() else _INSTALLED


def newest() -> str:
    """The revision that this version needs; revisions are numbered, so no migration has to be imported for it."""
    return max(path.name[:4] for path in (folder() / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))


def revision_of(connection: Connection) -> str | None:
    """The revision a database is at, or None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found is not None else None


def upgrade(database_url: str) -> tuple[str | None, str]:
    """Migrate a database and return (revision before, revision now).

    Raises StartupError for a newer schema, and where the database can't be opened.
    """
    engine = engines.open_engine(database_url)
    try:
        before, target = _revision_now(engine), newest()
        if before == target:
            return before, target
        if before is not None and before > target:
            message = (
                f"The database is at schema {before}, and this version of Roadmate knows schemas up to {target}. "
                "Nothing was changed. Start the newer version, or restore a backup made before the upgrade."
            )
            raise StartupError(message)
        try:
            move(engine, target)
        except DBAPIError as error:
            raise StartupError(
                f"The database could not be brought from schema {before or 'none'} to {target}: {error.orig}. "
                "Nothing was changed; mend that and start again."
            ) from error
        return before, target
    finally:
        engine.dispose()


def upgrade_apart(database_url: str) -> None:
    """Migrate in a process of its own, which takes Alembic's memory along: 10 MB that a bot never needs again.

    Raises StartupError as `upgrade` does.
    """
    engine = engines.open_engine(database_url)
    try:
        if _revision_now(engine) == newest():
            return
    finally:
        engine.dispose()
    # By the environment, because other people of the machine can read a command line, and with it a password.
    surroundings = os.environ | {_ADDRESS: database_url}
    command = [sys.executable, "-m", __name__]
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
    if done.returncode == REFUSED:
        raise StartupError(done.stderr.strip())
    if done.returncode:
        raise RuntimeError(done.stderr)


def _apart() -> int:
    try:
        upgrade(os.environ[_ADDRESS])
    except StartupError as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    return 0


def _revision_now(engine: Engine) -> str | None:
    try:
        with engine.connect() as connection:
            return revision_of(connection)
    except DBAPIError as error:
        raise engines.unopened(engine, error) from error


def move(engine: Engine, target: str) -> None:
    """Run migrations up or down to a revision, in one transaction."""
    with engines.with_own_locks(engine).begin() as connection:
        take_over(connection)
        run(connection, target)


def run(connection: Connection, target: str) -> None:
    """Run migrations up or down to a revision in a transaction that is open."""
    # Costs half a second and 39 MB, so only where there is something to migrate.
    from alembic import command

    down = (revision_of(connection) or "") > target or target == "base"
    (command.downgrade if down else command.upgrade)(config(connection), target)


def take_over(connection: Connection) -> None:
    """Let nobody else migrate meanwhile, and let it take its time. On SQLite a transaction is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(LOCK_WAIT_SECONDS * 1000)}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_MIGRATES})")


def config(connection: Connection) -> "Config":
    """An Alembic configuration for a connection."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(folder()))
    made.attributes["connection"] = connection
    return made


if __name__ == "__main__":
    sys.exit(_apart())
