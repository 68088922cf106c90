"""Opening databases, and SQLite's errors as ours.

Both databases keep a rollback journal: readers then need neither a shared-memory file nor a byte
of free space, and SQLite before 3.51.3 can damage write-ahead logs that several processes write.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import Enum
from functools import cache
from pathlib import Path

from ..errors import CatalogTooNew, Locked, NoSpace, StoreError, UsageError
from .schema import Schema

__all__ = [
    "Access",
    "access",
    "connect",
    "create",
    "empty",
    "found_schema",
    "is_damage",
    "is_empty",
    "never_written",
    "opened",
    "schema_of",
    "sqlite_errors",
    "transaction",
]

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)
_HELD = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_REFUSED = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN)
_JOURNAL = "-journal"
_REMEDY = "restore a backup, or make it anew with `ferry catalog rebuild`"
_LENDING = threading.RLock()
"""Held by the thread that reads an empty database: transactions cannot share a connection."""


class Access(Enum):
    """What may be done with a database file; the value is how SQLite's URI says it."""

    NONE = ""
    """There is none yet."""
    CHANGE = "mode=rw"
    READ = "mode=ro"
    READ_FIXED = "mode=ro&immutable=1"
    """The medium is read-only, nobody can change it: no locks are needed."""


def access(path: Path, *, read_only: bool = False) -> Access:
    """Return how the database *path* can be opened to read.

    Raises StoreError for a read-only medium on which a change was never finished.
    """
    try:
        if not path.stat().st_size:
            return Access.NONE
        if _is_fixed(path):
            _refuse_unfinished(path)
            return Access.READ_FIXED
    except FileNotFoundError:
        return Access.NONE
    except OSError as error:
        raise _refused(path, error.strerror or str(error)) from error
    changeable = _may_write(path) and _may_write(path.parent)
    return Access.CHANGE if changeable and not read_only else Access.READ


def connect(path: Path, way: Access, seconds: float) -> sqlite3.Connection:
    """Open *path*; Access.NONE makes the file.  The caller closes it and begins transactions.

    *seconds* is how long to wait for others.  Raises what SQLite raises.
    """
    how = way.value or "mode=rwc"
    connection = sqlite3.connect(
        f"{_uri(path)}?{how}",
        uri=True,
        timeout=seconds,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def empty(schema: Schema) -> sqlite3.Connection:
    """Return a new database in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    create(connection, schema)
    return connection


@contextmanager
def never_written(schema: Schema) -> Iterator[sqlite3.Connection]:
    """Lend the empty database that stands for all that do not exist; one thread has it at a time.

    It is made once, since that takes longer than to read it.
    """
    with _LENDING:
        yield _never_written(schema)


@cache
def _never_written(schema: Schema) -> sqlite3.Connection:
    connection = empty(schema)
    connection.execute("PRAGMA query_only = ON")
    return connection


def create(connection: sqlite3.Connection, schema: Schema) -> None:
    """Make the tables of *schema* in an empty database."""
    for statement in schema.statements:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {schema.application:d}")
    connection.execute(f"PRAGMA user_version = {schema.number:d}")


def schema_of(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return the application mark and the number of the schema; 0 for what was never set."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    return application, number


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether the database has no tables at all."""
    return connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchone() is None


def found_schema(connection: sqlite3.Connection, schema: Schema, path: Path) -> int:
    """Return the number of the schema found in *path*, 0 if it has no tables yet.

    Raises StoreError if the file belongs to another program, CatalogTooNew if to a newer release.
    """
    application, number = schema_of(connection)
    if application != schema.application:
        if is_empty(connection):
            return 0
        raise StoreError(
            f"{path} is a database of another program",
            hint="name a file that `ferry catalog backup` made",
            path=str(path),
        )
    if number > schema.number:
        raise CatalogTooNew(number, schema.number)
    return number


@contextmanager
def transaction(connection: sqlite3.Connection, *, write: bool = False) -> Iterator[None]:
    """Run the body in one transaction; it is rolled back if the body raises."""
    connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        # After some errors SQLite has rolled back by itself.
        if connection.in_transaction:
            connection.rollback()


@contextmanager
def opened(path: Path, way: Access, seconds: float) -> Iterator[sqlite3.Connection]:
    """Open *path* for the body alone, with SQLite's errors translated."""
    with sqlite_errors(path, seconds), closing(connect(path, way, seconds)) as connection:
        yield connection


@contextmanager
def sqlite_errors(path: Path, seconds: float, *, remedy: str = _REMEDY) -> Iterator[None]:
    """Turn what SQLite raises about *path* into errors of this project.

    *remedy* is what to do about a damaged file.

    Raises NoSpace, Locked (after *seconds*), StoreError; UsageError for text that is not Unicode,
    such as a name made of the undecodable bytes of a file's.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(error, path, seconds, remedy) from error
    except UnicodeEncodeError as error:
        raise UsageError(
            f"{error.object[:40]!r} is not Unicode text", hint="choose another name with --name"
        ) from error


def is_damage(error: StoreError) -> bool:
    """Whether *error* says that the file is damaged or no database."""
    return bool(error.fields.get("damaged"))


def _translated(error: sqlite3.Error, path: Path, seconds: float, remedy: str) -> StoreError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return NoSpace(path.parent, free=_free(path))
    if code in _HELD:
        return Locked(str(path), seconds=seconds)
    if code in _DAMAGE:
        return StoreError(
            f"{path} is damaged: {error}",
            hint=remedy,
            path=str(path),
            damaged=True,
        )
    if code in _REFUSED:
        return _refused(path, str(error))
    return StoreError(
        f"{path} cannot be used: {error}",
        hint="`ferry doctor` looks at the disk and the databases",
        path=str(path),
    )


def _refused(path: Path, reason: str) -> StoreError:
    return StoreError(
        f"{path} cannot be used: {reason}",
        hint="look at the permissions of its folder, or choose another home with --home",
        path=str(path),
        reason=reason,
    )


def _uri(path: Path) -> str:
    # By hand, as a path may hold bytes that are no text, and urllib.parse costs 2 ms to import.
    data = os.fsencode(path.absolute().as_posix())
    plain = (chr(byte) if byte < 0x80 and byte not in b"%?#" else f"%{byte:02x}" for byte in data)
    text = "".join(plain)
    return f"file://{'' if text.startswith('/') else '/'}{text}"


def _may_write(path: Path) -> bool:
    # The effective user opens files; Windows knows no other.
    effective = os.access in os.supports_effective_ids
    return os.access(path, os.W_OK, effective_ids=effective)


def _is_fixed(path: Path) -> bool:
    statvfs = getattr(os, "statvfs", None)
    return statvfs is not None and bool(statvfs(path).f_flag & os.ST_RDONLY)


def _refuse_unfinished(path: Path) -> None:
    if Path(f"{path}{_JOURNAL}").exists():
        raise StoreError(
            f"the last change of {path} was never finished, and its medium is read-only",
            hint="copy the home to a disk; opening it there once finishes or undoes the change",
            path=str(path),
        )


def _free(path: Path) -> int:
    try:
        return shutil.disk_usage(path.parent).free
    except OSError:
        return 0
