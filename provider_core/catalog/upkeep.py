"""Backups of the catalog, their way back, and the search for damage."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from ..disk.durable import sync_folder
from ..disk.failures import disk_errors
from ..errors import Exists, IntegrityError, Locked, NoSpace, NoSuchFile, StoreError
from .catalog_file import CatalogFile
from .connections import Access, found_schema, is_damage, opened, sqlite_errors, transaction
from .files import beside, copy_database, copy_file, keep_copy, put_in_place
from .history import revisions
from .rows import all_cached, all_holds, all_images, all_sources, all_tags
from .schema import CATALOG

__all__ = ["back_up", "damage", "put_back", "put_new"]


def back_up(file: CatalogFile, target: Path) -> None:
    """Write the catalog as it is now to the new file *target*, whole even while others change it.

    Raises Exists, NoSuchFile for a missing folder, NoSpace, StoreError.
    """
    if not target.parent.is_dir():
        raise NoSuchFile(target.parent)
    with disk_errors(target), file.reading() as connection:
        try:
            copy_database(connection, target)
        except FileExistsError:
            raise Exists(str(target), hint="choose another name") from None


def put_back(
    file: CatalogFile, backup: Path, note: Callable[[sqlite3.Connection], None]
) -> Path | None:
    """Put *backup* in the place of the catalog; return where the old one is kept, if there was one.

    *note* writes down what happened, in the copy that takes the place.  The caller holds the
    home's lock.  Raises NoSuchFile; StoreError for a file that is damaged or no catalog,
    CatalogTooNew, NoSpace.
    """
    if not backup.is_file():
        raise NoSuchFile(backup)
    with opened(backup, Access.READ, file.seconds) as source:
        number = _require_sound(source, backup)
        with closing(file.copied(source, number)) as copy:
            note(copy)
            return put_new(file, copy, "restore")


def put_new(file: CatalogFile, source: sqlite3.Connection, event: str) -> Path | None:
    """Put a copy of *source* in the place of the catalog; return where the old one is kept.

    None if there was none.  Raises NoSpace, StoreError.
    """
    new = beside(file.path, "new")
    with disk_errors(file.path), sqlite_errors(file.path, file.seconds):
        _drop(new)
        copy_database(source, new)
        kept = _kept(file, event) if file.path.exists() else None
        put_in_place(new, file.path)
        return kept


def _kept(file: CatalogFile, event: str) -> Path:
    """Keep a copy of the present catalog, and leave no journal that could get at the next one."""
    _settle(file)
    kept = keep_copy(file.path, event)
    journal = _journal(file.path)
    if journal.exists():
        # The file cannot be opened, with its journal or without.  Beside the next file the
        # journal would be played back into that, also after a crash: so it goes first.
        copy_file(journal, _journal(kept))
        journal.unlink()
        sync_folder(journal.parent)
    return kept


def _settle(file: CatalogFile) -> None:
    """Let SQLite undo a change that was never finished, if the file is a database still."""
    try:
        way = Access.CHANGE
        with opened(file.path, way, file.seconds) as old, transaction(old, write=True):
            pass
    except (Locked, NoSpace):
        raise
    except StoreError:  # that it is past reading may be why another takes its place
        return


def damage(file: CatalogFile) -> tuple[str, ...]:
    """Return what is wrong in the catalog, a sentence each; () if all of it can be read."""
    try:
        with file.reading() as connection:
            return _complaints(connection) or _unreadable(connection)
    except StoreError as error:
        if is_damage(error):
            return (error.message,)
        raise


def _require_sound(connection: sqlite3.Connection, path: Path) -> int:
    """Return the number of the schema of a catalog without damage; StoreError for any other."""
    number = found_schema(connection, CATALOG, path)
    if not number:
        raise StoreError(
            f"{path} holds no catalog",
            hint="name a file that `ferry catalog backup` made",
            path=str(path),
        )
    found = _complaints(connection)
    if found:
        raise StoreError(
            f"{path} is damaged: {found[0]}",
            hint="use another backup, or `ferry catalog rebuild`",
            path=str(path),
            damaged=True,
        )
    return number


def _journal(path: Path) -> Path:
    return path.with_name(f"{path.name}-journal")


def _drop(path: Path) -> None:
    """Remove what a copy that was cut short has left, its journal too."""
    path.unlink(missing_ok=True)
    _journal(path).unlink(missing_ok=True)


def _complaints(connection: sqlite3.Connection) -> tuple[str, ...]:
    found = [text for (text,) in connection.execute("PRAGMA integrity_check") if text != "ok"]
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        found.append(f"row {row} of table {table} refers to a row of {parent} that is not there")
    return tuple(found)


def _unreadable(connection: sqlite3.Connection) -> tuple[str, ...]:
    found = []
    for read in (all_images, all_tags, all_holds, all_sources, all_cached, _all_revisions):
        try:
            read(connection)
        except IntegrityError as error:
            found.append(error.message)
    return tuple(found)


def _all_revisions(connection: sqlite3.Connection) -> None:
    revisions(connection, limit=None, since=0)
