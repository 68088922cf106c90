"""The offers' file: connections kept for reading, and a new file in the place of a bad one."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TypeVar

from ..disk.failures import disk_errors
from ..errors import StoreError
from .connections import (
    Access,
    access,
    connect,
    create,
    is_damage,
    is_empty,
    never_written,
    schema_of,
    sqlite_errors,
    transaction,
)
from .filesystems import refuse_network
from .schema import Schema

__all__ = ["OffersFile"]

T = TypeVar("T")

_Identity = tuple[int, int, int]


class OffersFile:
    """Reads and changes the database at *path*; any thread may call.

    A file of another schema, or damaged, holds nothing that cannot be asked again: it is removed,
    and where it cannot be, an empty database stands for it.
    """

    def __init__(self, path: Path, schema: Schema, *, seconds: float) -> None:
        self.path = path
        self._schema = schema
        self._seconds = seconds
        self._lock = threading.Lock()
        self._idle: list[tuple[_Identity, sqlite3.Connection]] = []
        self._local = False

    def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Return what *question* answers on one consistent state.

        Raises NotSupported on a network file system, Locked, StoreError.
        """
        try:
            return self._read(question)
        except StoreError as error:
            self._remove_damaged(error)
        return self._read(question)

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what *work* answers, which opens its own transactions.

        Raises as `read` does, and NoSpace.
        """
        self._refuse_network()
        try:
            connection = self._open_to_write()
        except StoreError as error:
            self._remove_damaged(error)
            connection = self._open_to_write()
        with closing(connection), self._errors():
            return work(connection)

    def close(self) -> None:
        """Close the connections that are kept; the next call opens new ones."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def _read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        with self._errors(), self._borrowed() as connection, transaction(connection):
            return question(connection)

    def _open_to_write(self) -> sqlite3.Connection:
        with self._errors():
            connection = connect(self.path, Access.NONE, self._seconds)
            try:
                connection.execute("PRAGMA journal_mode = DELETE")
                # A power cut may lose the last offers, which come again; it damages nothing.
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("PRAGMA cache_size = -65536")
                with transaction(connection, write=True):
                    if not self._is_made(connection):
                        create(connection, self._schema)
            except BaseException:
                connection.close()
                raise
            return connection

    def _errors(self) -> AbstractContextManager[None]:
        return sqlite_errors(self.path, self._seconds, remedy="repeat the command; it is made anew")

    def _remove_damaged(self, error: StoreError) -> None:
        """Remove the file if it is the reason of *error*, else raise that."""
        if not is_damage(error):
            raise error
        self.close()
        with disk_errors(self.path):
            for name in (self.path.name, f"{self.path.name}-journal"):
                self.path.with_name(name).unlink(missing_ok=True)

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        identity = self._identity()
        connection = self._take(identity) or self._open()
        if connection is None:
            # Not kept: the tables may come into the same file at any time.
            with never_written(self._schema) as connection:
                yield connection
            return
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._idle.append((identity, connection))

    def _identity(self) -> _Identity:
        """Return what tells this file, in this process, from the one that was opened before."""
        try:
            status = self.path.stat()
        except OSError:
            return os.getpid(), 0, 0
        return os.getpid(), status.st_dev, status.st_ino

    def _take(self, identity: _Identity) -> sqlite3.Connection | None:
        with self._lock:
            while self._idle:
                found, connection = self._idle.pop()
                if found == identity:
                    return connection
                connection.close()
        return None

    def _open(self) -> sqlite3.Connection | None:
        """Return a connection to read, None if there are no tables yet."""
        self._refuse_network()
        way = access(self.path)
        if way is Access.NONE:
            return None
        connection = connect(self.path, way, self._seconds)
        made = False
        try:
            made = self._is_made(connection)
        finally:
            if not made:
                connection.close()
        return connection if made else None

    def _is_made(self, connection: sqlite3.Connection) -> bool:
        """Whether the file has its tables; StoreError, as if damaged, if they are others."""
        application, number = schema_of(connection)
        if (application, number) == (self._schema.application, self._schema.number):
            return True
        if is_empty(connection):
            return False
        raise StoreError(
            f"{self.path} has another form ({application:x}, {number})",
            hint="it is made anew",
            path=str(self.path),
            damaged=True,
        )

    def _refuse_network(self) -> None:
        if not self._local:
            refuse_network(self.path)
            self._local = True
