"""Where a SQLite file lies, and whether that is a place for it."""

import logging
import re
from pathlib import Path

from sqlalchemy import make_url

from bot.core.errors import StartupError

log = logging.getLogger("roadmate.store")

MOUNTS = Path("/proc/self/mountinfo")
NETWORK = re.compile(r"nfs\d?|cifs|smb\w*|afs|ceph|lustre|fuse\.(sshfs|s3fs|rclone|gcsfuse|glusterfs|ceph)")
"""Over a network two machines can open one file, and the locks and the shared memory of WAL do not reach across."""
DOUBTFUL = re.compile(r"9p|virtiofs|vboxsf|drvfs|fakeowner|fuse\..*")
"""A host's folders as a virtual machine or a container sees them: some keep what is written, some do not."""


def is_sqlite(database_url: str) -> bool:
    """Whether an address is that of a SQLite file."""
    return make_url(database_url).get_backend_name() == "sqlite"


def sqlite_file(database_url: str) -> Path:
    """The file that an address names. Raises StartupError when it names none, or one in no folder."""
    name = make_url(database_url).database
    if not name or name == ":memory:":
        raise StartupError("DATABASE_URL names no file. Use for example sqlite:///roadmate.db")
    path = Path(name)
    if not path.parent.is_dir():
        raise StartupError(
            f"The folder of the database, {path.parent}, does not exist. Create it or change DATABASE_URL."
        )
    return path


def check_disk(path: Path) -> None:
    """Refuse a file on a network file system, and warn where nobody can know. Raises StartupError."""
    kind = file_system(path.parent) or ""
    if NETWORK.fullmatch(kind):
        raise StartupError(
            f"{path} lies on a network file system ({kind}), where SQLite loses data. "
            "Set DATABASE_URL to a file on a local disk, or to a PostgreSQL server."
        )
    if DOUBTFUL.fullmatch(kind):
        log.warning(
            "the database lies on a shared folder, which may lose data; a local disk or a volume is safer",
            extra={"file": str(path), "file_system": kind},
        )


def file_system(folder: Path) -> str | None:
    """The type of the file system of a folder, or None where the system does not say; only Linux does."""
    try:
        mounts = MOUNTS.read_text("utf-8", "surrogateescape")
    except OSError:
        return None
    return mounted_type(folder.resolve(), mounts)


def mounted_type(folder: Path, mounts: str) -> str | None:
    """The type of the innermost mount over a folder, from the text of mountinfo; of equal ones the last counts."""
    found: tuple[int, str] | None = None
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        point = Path(_unescaped(before.split(" ")[4]))
        depth = len(point.parts)
        if folder.is_relative_to(point) and (found is None or depth >= found[0]):
            found = depth, after.split(" ", 1)[0]
    return found[1] if found else None


def _unescaped(text: str) -> str:
    # A blank in the name of a folder stands in mountinfo as \040.
    return re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), text)
