"""The queue on disk: one row a job in output/jobs/jobs.sqlite, shared by many processes.

Every look and every change opens the file, is short and lets go of it, so that nobody waits long
for another, and a file that was put back from a copy is read from the next look on. The commands
themselves never touch it: whatever happens to it, running work goes on.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from gpt_sovits.errors import InputError
from gpt_sovits.jobs.folders import old_jobs
from gpt_sovits.paths import ProjectPaths, replacing

QUEUE = "jobs.sqlite"

VERSION = 1
"""Of the table, kept in the file as its `user_version`."""

BUSY_S = 15.0
"""How long one waits for another process that is writing."""

_TABLE = """
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: a later job has a higher one
    title TEXT NOT NULL,
    command TEXT NOT NULL,                     -- list of words, as JSON
    created REAL NOT NULL,                     -- seconds since 1970, as all times here
    kind TEXT NOT NULL,
    project TEXT NOT NULL,
    device TEXT NOT NULL,
    heavy INTEGER NOT NULL,
    supervisor TEXT,                           -- mark of a process, as JSON
    process TEXT,                              -- the same of the command
    begun REAL,                                -- when its turn came
    stages TEXT,                               -- progress, as JSON
    stop_asked REAL,
    exit_code INTEGER,
    stopped INTEGER,
    ended REAL
)
"""
_INDEX = "CREATE INDEX unfinished ON jobs (number) WHERE ended IS NULL"

_REMEDIES = {
    sqlite3.SQLITE_BUSY: "is held by another program; wait a moment and try again",
    sqlite3.SQLITE_LOCKED: "is held by another program; wait a moment and try again",
    sqlite3.SQLITE_NOTADB: "is damaged; move it away: the jobs are found again by their folders",
    sqlite3.SQLITE_CORRUPT: "is damaged; move it away: the jobs are found again by their folders",
    sqlite3.SQLITE_READONLY: "cannot be written; check the rights of the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check the rights of the file and its folder",
    sqlite3.SQLITE_PERM: "cannot be opened; check the rights of the file and its folder",
    sqlite3.SQLITE_FULL: "cannot be written, the disk is full; make room and try again",
    sqlite3.SQLITE_IOERR: "cannot be read or written; check whether the disk is full or broken",
}


def jobs_folder(paths: ProjectPaths) -> Path:
    """Where the jobs lie: the queue, and a folder with log and output for each."""
    return paths.output / "jobs"


def read_rows(
    paths: ProjectPaths, where: str, values: dict[str, Any], *, newest: int | None = None
) -> list[sqlite3.Row]:
    """The jobs for which a condition holds; none where no job ever was.

    The oldest come first, or, where only some of the newest are asked for, these.

    Raises:
        InputError: the queue cannot be read.
    """
    folder = jobs_folder(paths)
    if not (folder / QUEUE).exists() and not any(folder.glob("[0-9]*")):
        return []
    with _opened(folder) as connection:
        query = f"SELECT * FROM jobs WHERE {where} ORDER BY number"
        if newest is not None:
            query += f" DESC LIMIT {newest:d}"
        return connection.execute(query, values).fetchall()


@contextmanager
def changing(paths: ProjectPaths) -> Iterator[sqlite3.Connection]:
    """Change rows in one step: all of it is kept, or nothing where the block ends with an error.

    Nobody else changes anything meanwhile, so what the block has read stays true.

    Raises:
        InputError: the queue cannot be written.
    """
    folder = jobs_folder(paths)
    with _opened(folder) as connection, _transaction(connection):
        yield connection


@contextmanager
def _opened(folder: Path) -> Iterator[sqlite3.Connection]:
    path = folder / QUEUE
    try:
        if not path.exists():
            _create(path)
        with closing(_connect(path)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != VERSION:
                raise InputError(f"{path}: {_why_not(version)}")
            yield connection
    except sqlite3.Error as error:
        kind = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest are finer shades
        remedy = _REMEDIES.get(kind, f"cannot be used ({error})")
        raise InputError(f"{path}: {remedy}") from error


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def _create(path: Path) -> None:
    """Make the file, whole from the first moment, with the jobs whose folders are there."""
    from filelock import FileLock

    try:
        with FileLock(path.with_suffix(".lock")):
            if path.exists():
                return  # another process was faster
            with replacing(path) as part, closing(_connect(part)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")  # readers and a writer do not wait
                connection.execute(_TABLE)
                connection.execute(_INDEX)
                with _transaction(connection):
                    for values in old_jobs(path.parent):
                        insert(connection, values)
                connection.execute(f"PRAGMA user_version = {VERSION}")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from error


def _why_not(version: int) -> str:
    if version > VERSION:
        return (
            f"was written by a newer version of the workbench (format {version}, this one knows"
            f" {VERSION}); update the workbench, or move the file away"
        )
    return "is no queue of jobs; move it away: the jobs are found again by their folders"


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def insert(connection: sqlite3.Connection, values: dict[str, Any]) -> int:
    """Add a job; its number."""
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    done = connection.execute(f"INSERT INTO jobs ({names}) VALUES ({places})", values)
    assert done.lastrowid is not None
    return done.lastrowid


def update(connection: sqlite3.Connection, number: int, **values: Any) -> bool:
    """Change a job; False where there is no such one."""
    settings = ", ".join(f"{name} = :{name}" for name in values)
    query = f"UPDATE jobs SET {settings} WHERE number = :number"
    return connection.execute(query, {**values, "number": number}).rowcount > 0


def remove(connection: sqlite3.Connection, number: int) -> None:
    """Take a job out of the history."""
    connection.execute("DELETE FROM jobs WHERE number = ?", (number,))
