"""The catalog: what is installed on this host, and how it came to be so."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ..model import Content, Hold, ImageKey, Installed, Package, Source, Tag
from ..model.codec import parse_installed_document
from . import history, rows, upkeep
from .catalog_file import CatalogFile
from .changing import CatalogChange
from .connections import empty, sqlite_errors
from .refilling import refill, salvaged
from .schema import CATALOG

__all__ = ["Catalog"]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Catalog:
    """The images, tags, holds and sources of a home, with every revision they went through.

    Nothing is opened before it is asked for, and no file is made by reading.  Every call is one
    short transaction and sees one revision; any thread may call.  Reading works on read-only
    media, without free space and without the home's lock; changing raises Locked when others keep
    the database for longer than *timeout* seconds.

    Every method raises NotSupported on a network file system, CatalogTooNew, Locked, and
    StoreError for a damaged file.
    """

    def __init__(
        self,
        path: Path,
        *,
        read_only: bool = False,
        clock: Callable[[], datetime] = _utc_now,
        timeout: float = 30.0,
    ) -> None:
        self._file = CatalogFile(path, CATALOG, seconds=timeout, read_only=read_only)
        self._clock = clock
        self._timeout = timeout

    # reading ------------------------------------------------------------------------------

    def installed(self, *, revision: int | None = None) -> tuple[Installed, ...]:
        """Return every image, now or at *revision*, by name without case, newest version first.

        Raises NotFoundError if there is no such revision; 0 is the empty beginning.
        """
        with self._file.reading() as connection:
            if revision is None:
                return rows.all_images(connection)
            return history.images_at(connection, revision)

    def image(self, key: ImageKey) -> Installed | None:
        """Return the image of *key*, None if there is none."""
        with self._file.reading() as connection:
            return rows.one_image(connection, key)

    def images_named(self, name: str) -> tuple[Installed, ...]:
        """Return the images called *name* in any case, the newest version first."""
        with self._file.reading() as connection:
            return rows.images_by_name(connection, name)

    def images_with_id(self, prefix: str) -> tuple[Installed, ...]:
        """Return the images whose id or root digest begins with *prefix*.

        The prefix is hexadecimal, with or without ``sha256:``; () for any other text.
        """
        with self._file.reading() as connection:
            return rows.images_by_hex(connection, prefix)

    def tags(self) -> tuple[Tag, ...]:
        """Return the further names of images, by name without case."""
        with self._file.reading() as connection:
            return rows.all_tags(connection)

    def holds(self) -> tuple[Hold, ...]:
        """Return the holds on images."""
        with self._file.reading() as connection:
            return rows.all_holds(connection)

    def sources(self) -> tuple[Source, ...]:
        """Return the registered sources, the one to ask first in front."""
        with self._file.reading() as connection:
            return rows.all_sources(connection)

    def source(self, name: str) -> Source | None:
        """Return the registered source called *name* in any case, None if there is none."""
        with self._file.reading() as connection:
            return rows.one_source(connection, name)

    def cached(self) -> tuple[tuple[Package, Content, float], ...]:
        """Return what was fetched but not installed, and since when (seconds since 1970)."""
        with self._file.reading() as connection:
            return rows.all_cached(connection)

    # history ------------------------------------------------------------------------------

    def revision(self) -> int:
        """Return the number of the last revision, 0 before the first."""
        with self._file.reading() as connection:
            return rows.latest_revision(connection)

    def log(self, *, limit: int | None = None, since: int = 0) -> tuple[history.Revision, ...]:
        """Return the revisions above *since*, the newest first, at most *limit*."""
        with self._file.reading() as connection:
            return history.revisions(connection, limit=limit, since=since)

    def diff(self, a: int, b: int) -> tuple[history.Change, ...]:
        """Return what leads from revision *a* to *b*, one change a thing; backwards if b < a.

        Raises NotFoundError for a revision that does not exist.
        """
        with self._file.reading() as connection:
            return history.changes_between(connection, a, b)

    # changing -----------------------------------------------------------------------------

    @contextmanager
    def change(
        self,
        operation: str,
        *,
        actor: str = "",
        host: str = "",
        ticket: str = "",
        detail: Mapping[str, str] | None = None,
    ) -> Iterator[CatalogChange]:
        """Change the catalog in one transaction, which is one revision; none if nothing changed.

        It is durable when the ``with`` ends; nothing is left of it if the body raises.  What is
        put as it is already, or put and removed again, is no change.  Raises NoSpace.
        """
        facts = {"operation": operation, "actor": actor, "host": host, "ticket": ticket}
        with self._file.writing() as connection:
            change = CatalogChange(connection, self._clock)
            yield change
            change.finish(facts, detail or {})

    # upkeep -------------------------------------------------------------------------------

    def backup(self, to: Path) -> None:
        """Write the catalog as it is now to the new file *to*.

        Raises Exists, NoSuchFile for a missing folder, NoSpace.
        """
        upkeep.back_up(self._file, to)

    def restore(
        self, from_: Path, *, actor: str = "", host: str = "", ticket: str = ""
    ) -> Path | None:
        """Put a backup in the place of the catalog, at once and durably; history goes with it.

        The backup's history goes on with one revision, 'restore'.  The old file is kept as
        ``catalog.db.before-restore-N``, whose path is returned (None if there was none).  The
        caller holds the home's lock.

        Raises NoSuchFile; StoreError for a backup that is damaged or none; NoSpace.
        """
        facts = {"operation": "restore", "actor": actor, "host": host, "ticket": ticket}

        def note(connection: sqlite3.Connection) -> None:
            change = CatalogChange(connection, self._clock)
            change.finish(facts, {"backup": str(from_)}, always=True)

        return upkeep.put_back(self._file, from_, note)

    def check(self) -> tuple[str, ...]:
        """Return what is wrong in the database, a sentence each; () if all of it can be read."""
        return upkeep.damage(self._file)

    def rebuild(
        self, records: Iterable[bytes], *, actor: str = "", host: str = "", ticket: str = ""
    ) -> int:
        """Make the catalog anew from a store's *records*; return how many images it has then.

        It begins with one revision, 'rebuild'.  What no record can say is taken over as far as
        the old file can be read: sources, holds, and images that are local files which stay
        where they are (their root is a FileStamp).  From a file that cannot be read they are
        lost.  So is all history, which the old file keeps as ``catalog.db.before-rebuild-N``.
        Of two records for one image, the one installed last counts.  The caller holds the
        home's lock.

        Raises DocumentError for a damaged record, and changes nothing then; NoSpace.
        """
        facts = {"operation": "rebuild", "actor": actor, "host": host, "ticket": ticket}
        old = salvaged(self._file)
        with closing(empty(CATALOG)) as connection, sqlite_errors(self._file.path, 0):
            change = CatalogChange(connection, self._clock)
            refill(change, map(parse_installed_document, records), old)
            change.finish(facts, {}, always=True)
            upkeep.put_new(self._file, connection, "rebuild")
            return len(change.installed())

    def close(self) -> None:
        """Do nothing: no connection is kept between calls."""
