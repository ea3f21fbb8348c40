"""A throw-away PostgreSQL server for the tests: on a socket in a temporary folder, gone at the end."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import chdir, closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from bot.store import migrating

MISSING = (
    "PostgreSQL's server programs are not here; install them (Debian: apt install postgresql) to test on it"
)
SERVANT = "postgres"
"""Whose process it is when the tests run as root, whom PostgreSQL refuses."""

_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    # Nobody copies this server, and what the planner knows of a table does not depend on when somebody last looked.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "autovacuum": "off",
    "jit": "off",
    # Where summer time changes at odd hours: nothing may depend on the server's own zone.
    "timezone": "Australia/Lord_Howe",
}


_SHAPE = """
    SELECT (SELECT array_agg((oid, relname, relkind, reloptions::text) ORDER BY oid)::text FROM pg_class
            WHERE relpersistence = 'p'),
           (SELECT array_agg((count, newest))::text FROM (
                      SELECT count(*), max(xmin::text::bigint) AS newest FROM pg_attribute
            UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_constraint
            UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_proc
            UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_trigger
            UNION ALL SELECT count(*), 0 FROM pg_db_role_setting WHERE setdatabase IN (
                          SELECT oid FROM pg_database WHERE datname = current_database())) AS parts),
           (SELECT array_agg(version_num)::text FROM alembic_version)
"""
"""What is the same in a database and its template until somebody changes the schema, its revision or a setting."""
_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_USED = """
    SELECT string_agg(oid::regclass::text, ', ') FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
          AND pg_relation_size(oid) > 0
"""


@cache
def programs() -> Path | None:
    """The folder with initdb and postgres, of the newest version that is installed."""
    on_path = shutil.which("initdb")
    if on_path and shutil.which("postgres"):
        return Path(on_path).parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in installed), key=lambda path: int(path.parent.name), default=None)


@dataclass
class Server:
    """A running server."""

    folder: Path
    process: subprocess.Popen[bytes]
    numbers: Iterator[int] = field(default_factory=count)
    spare: list[str] = field(default_factory=list)
    """Databases that are empty again."""

    def url(self, name: str) -> str:
        """Return the address of a database."""
        return f"postgresql+psycopg://roadmate@/{name}?host={self.folder}"

    def run(self, statement: str) -> None:
        """Run a statement outside of any transaction."""
        with closing(self._connect()) as connection:
            connection.execute(statement)

    def _connect(self, name: str = "postgres") -> "psycopg.Connection[Any]":
        return psycopg.connect(host=str(self.folder), user="roadmate", dbname=name, autocommit=True)

    def make(self, template: str = "template1") -> str:
        """Make a new database and return its name."""
        name = f"db{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Give the address of an empty database at the newest schema.

        One that is left as empty as it was made is given again: making one takes 200 ms, emptying it 20.
        Meanwhile this is in a folder of its own, as what a bot keeps in its own must be gone afterwards.
        """
        name = self.spare.pop() if self.spare else self.make(self._migrated())
        # It goes with the server: what a test changed of its own folder is put back after this.
        with chdir(tempfile.mkdtemp(dir=self.folder)):
            yield self.url(name)
        if self._emptied(name):
            self.spare.append(name)
        else:
            self.drop(name)

    def _migrated(self) -> str:
        if not hasattr(self, "_template"):
            self._template = self.make()
            migrating.upgrade(self.url(self._template))
            with closing(self._connect(self._template)) as connection:
                self._shape = connection.execute(_SHAPE).fetchone()
                # Nothing that migrating writes may be emptied away.
                assert connection.execute(_USED).fetchone() == (None,)
        return self._template

    def _emptied(self, name: str) -> bool:
        """Make a database what it was, if only its rows are others."""
        with closing(self._connect(name)) as connection:
            connection.execute(_OTHERS)
            if connection.execute(_SHAPE).fetchone() != self._shape:
                return False
            (used,) = connection.execute(_USED).fetchone() or ("",)
            if used:
                connection.execute(f"TRUNCATE {used} RESTART IDENTITY CASCADE")
            return True

    def wait(self) -> None:
        """Wait until it answers."""
        end = time.monotonic() + 30
        while True:
            try:
                return self.run("SELECT 1")
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise
                time.sleep(0.02)


@contextmanager
def server() -> Iterator[Server]:
    """Start a server, and stop and remove it in the end."""
    found = programs()
    assert found is not None, MISSING
    folder = Path(tempfile.mkdtemp(prefix="roadmate-pg-"))
    whose: dict[str, Any] = {}
    if os.geteuid() == 0:
        shutil.chown(folder, SERVANT, SERVANT)
        whose = {"user": SERVANT, "group": SERVANT, "extra_groups": []}
    data, options = str(folder / "data"), [f"--{name}={value}" for name, value in _SETTINGS.items()]
    try:
        subprocess.run(
            [found / "initdb", "-D", data, "-U", "roadmate", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
            check=True, cwd=folder, stdout=subprocess.DEVNULL, **whose,
        )  # fmt: skip
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [found / "postgres", "-D", data, "-k", folder, *options], cwd=folder, stderr=log, **whose
            )
        try:
            running = Server(folder, process)
            running.wait()
            yield running
        finally:
            process.send_signal(signal.SIGQUIT)  # at once, and nothing is worth writing to disk
            process.wait()
    finally:
        shutil.rmtree(folder)
