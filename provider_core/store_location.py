"""Where a home's store is: `store.location`, a small file that a move writes.

A move changes this file and one folder's name, and is at every moment on one side: the store is
where the file says, but from the moment that the folder it is about to be has its name, it is
there.  What a move has left behind is named too, so that whoever comes next can take it away.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .disk.replacing import replace_file
from .errors import DocumentError, StoreError
from .oci import parse_json

__all__ = ["StoreLocation", "folder_identity", "read_location", "write_location"]

_LIMIT = 64 << 10
_FIELDS = ("store", "coming", "leftover")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreLocation:
    """What `store.location` says; absolute paths."""

    store: Path
    """The store's folder, unless `coming` is there."""
    coming: Path | None = None
    """The name that the folder `identity` is about to get; the store, as soon as it has."""
    identity: str = ""
    """Inode of the folder that becomes `coming`: what else may appear there is not the store."""
    leftover: Path | None = None
    """What a move has not taken away yet, and nobody needs: a copy that did not become the store,
    or the place from which one was copied."""

    @property
    def arrived(self) -> bool:
        """Whether `coming` has its name."""
        if self.coming is None:
            return False
        try:
            return folder_identity(self.coming) == self.identity
        except OSError:
            return False

    @property
    def current(self) -> Path:
        """The folder that is the store now."""
        return self.coming if self.coming is not None and self.arrived else self.store

    def settled(self) -> StoreLocation:
        """Return what to write when a move was interrupted: where the store is, what is left."""
        if self.coming is None:
            return self
        if self.arrived:  # of a folder that was renamed nothing is left
            copied = self.leftover is not None
            return StoreLocation(store=self.coming, leftover=self.store if copied else None)
        return StoreLocation(store=self.store, leftover=self.leftover)


def read_location(file: Path) -> StoreLocation | None:
    """Read *file*; None if there is none.  Raises StoreError if it cannot be read."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(file, error.strerror or str(error)) from error
    try:
        document = parse_json(data, limit=_LIMIT, what="store.location")
    except DocumentError as error:
        raise _unreadable(file, error.message) from error
    return _location(document, file)


def write_location(file: Path, location: StoreLocation) -> None:
    """Replace *file*, durably.  Raises StoreError, NoSpace; it is as before then."""
    paths = {name: getattr(location, name) for name in _FIELDS}
    document = {name: str(path) for name, path in paths.items() if path is not None}
    if location.identity:
        document["identity"] = location.identity
    replace_file(file, json.dumps(document).encode() + b"\n")


def folder_identity(path: Path) -> str:
    """Return what stays of the folder *path* when it gets another name.  Raises OSError."""
    return str(os.lstat(path).st_ino)


def _location(document: Mapping[str, object], file: Path) -> StoreLocation:
    paths = {name: document[name] for name in _FIELDS if name in document}
    identity = document.get("identity", "")
    if "store" not in paths or not isinstance(identity, str):
        raise _unreadable(file, "it does not name the store")
    places = {name: Path(path) for name, path in paths.items() if isinstance(path, str)}
    if len(places) < len(paths) or not all(place.is_absolute() for place in places.values()):
        raise _unreadable(file, "what it names is no absolute path")
    return StoreLocation(
        store=places["store"],
        coming=places.get("coming"),
        identity=identity,
        leftover=places.get("leftover"),
    )


def _unreadable(file: Path, reason: str) -> StoreError:
    return StoreError(
        f"{file} cannot be read: {reason}",
        hint='it says where the store is: write {"store": "/whole/path"} into it',
        path=str(file),
    )
