"""``logins.json``: which logins this home keeps, and the secrets of those kept in this file."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..disk.durable import open_regular, rename, sync_file, sync_folder
from ..disk.failures import disk_errors
from ..errors import DocumentError, StoreError

__all__ = ["Entry", "format_entries", "parse_entries", "read_entries", "write_entries"]

_LIMIT = 1 << 20
_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One kept login."""

    source: str
    """The source's name."""
    origin: str
    """``scheme://host:port`` of the one server it is for."""
    username: str
    """As `Credential.username`."""
    secret: str | None = field(repr=False)
    """The secret; None if the system's keyring has it."""


def parse_entries(data: bytes) -> tuple[Entry, ...]:
    """Read the file's bytes; DocumentError if they are not what `format_entries` writes."""
    try:
        document = json.loads(data)
        if document["format"] != _FORMAT:
            raise DocumentError(f"format {document['format']!r} is unknown", what="logins.json")
        return tuple(map(_entry, document["logins"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        # `from None`: a parser's complaint may quote what it read, and that is secret.
        reason = type(error).__name__
        raise DocumentError(f"it cannot be read ({reason})", what="logins.json") from None


def format_entries(entries: Iterable[Entry]) -> bytes:
    """Return the bytes of a file with *entries*."""
    logins = [
        {
            "source": entry.source,
            "origin": entry.origin,
            "username": entry.username,
            "secret": entry.secret,
        }
        for entry in entries
    ]
    return json.dumps({"format": _FORMAT, "logins": logins}, indent=1).encode() + b"\n"


def read_entries(path: Path) -> tuple[Entry, ...]:
    """Read the file, () if there is none.

    Raises StoreError if it belongs to somebody else or others may read it, DocumentError.
    """
    try:
        fd = open_regular(path)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}", path=str(path)) from error
    with os.fdopen(fd, "rb") as file:
        _require_private(path, os.fstat(file.fileno()))
        return parse_entries(file.read(_LIMIT))


def write_entries(path: Path, entries: Iterable[Entry]) -> None:
    """Replace the file, readable by this user alone (0600) from its first byte on.

    Raises StoreError, NoSpace; the old file stays then.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with disk_errors(path):
        temporary.unlink(missing_ok=True)
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(fd, "wb") as file:
                file.write(format_entries(entries))
                file.flush()
                sync_file(file.fileno())
            rename(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def _entry(item: Any) -> Entry:
    source, origin, username, secret = (
        item[name] for name in ("source", "origin", "username", "secret")
    )
    if not all(isinstance(text, str) for text in (source, origin, username)):
        raise TypeError
    if secret is not None and not isinstance(secret, str):
        raise TypeError
    return Entry(source=source, origin=origin, username=username, secret=secret)


def _require_private(path: Path, status: os.stat_result) -> None:
    if os.name != "posix":
        return
    if status.st_uid not in (0, os.geteuid()) or status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise StoreError(
            f"{path} is not private to you, so the logins in it are not used",
            hint=f"`chmod 600 {path}` and, if others could read it, change the passwords",
            path=str(path),
        )
