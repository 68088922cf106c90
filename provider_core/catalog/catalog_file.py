"""The catalog's file: opened for one read or one change, in today's schema whatever it was in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ..disk.failures import disk_errors
from ..errors import StoreError
from .ballast import Ballast
from .connections import (
    Access,
    access,
    connect,
    create,
    empty,
    found_schema,
    never_written,
    opened,
    sqlite_errors,
    transaction,
)
from .files import beside, copy_database
from .filesystems import refuse_network
from .schema import Schema

__all__ = ["CatalogFile"]


class CatalogFile:
    """Opens the database at *path* anew each time, so that another file may take its place.

    A connection costs about 0.2 ms; none is kept, so any thread may call.
    """

    def __init__(self, path: Path, schema: Schema, *, seconds: float, read_only: bool) -> None:
        self.path = path
        self.seconds = seconds
        """How long to wait for other processes."""
        self._schema = schema
        self._read_only = read_only
        self._ballast = Ballast(beside(path, "ballast"))
        self._local = False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Open the database to read one consistent state; an empty one if there is no file.

        Raises NotSupported on a network file system, CatalogTooNew, Locked, StoreError.
        """
        self._refuse_network()
        way = access(self.path, read_only=self._read_only)
        if way is Access.CHANGE:
            self._migrate()
        if way is Access.NONE:
            with never_written(self._schema) as connection:
                yield connection
        else:
            with opened(self.path, way, self.seconds) as connection, transaction(connection):
                number = found_schema(connection, self._schema, self.path)
                if number == self._schema.number:
                    yield connection
                else:
                    with closing(self.copied(connection, number)) as copy:
                        yield copy

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open the database for one transaction, making or migrating it if need be.

        It is durable when the body has ended; nothing of it is left when the body raises.
        Raises as `reading` does, and NoSpace.
        """
        if self._read_only:
            raise StoreError(
                f"{self.path} is open for reading only",
                hint="leave --read-only out",
                path=str(self.path),
            )
        self._refuse_network()
        self._migrate()
        self._ballast.make_room()
        with self._changeable() as connection, transaction(connection, write=True):
            if not found_schema(connection, self._schema, self.path):
                create(connection, self._schema)
            yield connection
        self._ballast.restore()

    def _migrate(self) -> None:
        """Bring an older database to this schema in one transaction, after a backup."""
        if not self._is_old():
            return
        with self._changeable() as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            with transaction(connection, write=True):
                number = found_schema(connection, self._schema, self.path)
                if number < self._schema.number:
                    self._back_up(number)
                    self._apply(connection, number)

    def _is_old(self) -> bool:
        way = access(self.path)
        if way is Access.NONE:
            return False
        with opened(self.path, way, self.seconds) as connection:
            return 0 < found_schema(connection, self._schema, self.path) < self._schema.number

    def _apply(self, connection: sqlite3.Connection, number: int) -> None:
        for step in range(number, self._schema.number):
            self._schema.migrations[step](connection)
        if connection.execute("PRAGMA foreign_key_check").fetchone():
            raise StoreError(
                f"{self.path} holds rows that refer to nothing, so it cannot be migrated",
                hint="make it anew with `ferry catalog rebuild`",
                path=str(self.path),
                damaged=True,
            )
        connection.execute(f"PRAGMA user_version = {self._schema.number:d}")

    def _back_up(self, number: int) -> None:
        # The connection that migrates lets others read, so a second one sees the old state.
        target = beside(self.path, f"before-schema-{number}")
        with disk_errors(target), opened(self.path, Access.READ, self.seconds) as connection:
            target.unlink(missing_ok=True)
            copy_database(connection, target)

    def copied(self, connection: sqlite3.Connection, number: int) -> sqlite3.Connection:
        """Return a copy in memory, in today's schema, of a catalog in schema *number*.

        *number* is 0 for one that is empty.  Raises StoreError if it cannot be migrated.
        """
        if not number:
            return empty(self._schema)
        copy = sqlite3.connect(":memory:", isolation_level=None)
        try:
            connection.backup(copy)
            self._apply(copy, number)
        except BaseException:
            copy.close()
            raise
        return copy

    @contextmanager
    def _changeable(self) -> Iterator[sqlite3.Connection]:
        path, seconds = self.path, self.seconds
        with sqlite_errors(path, seconds), closing(connect(path, Access.NONE, seconds)) as opened:
            opened.execute("PRAGMA journal_mode = DELETE")
            opened.execute("PRAGMA synchronous = EXTRA")
            opened.execute("PRAGMA fullfsync = ON")  # macOS leaves data in the drive's cache else
            opened.execute("PRAGMA foreign_keys = ON")
            yield opened

    def _refuse_network(self) -> None:
        if not self._local:
            refuse_network(self.path)
            self._local = True
