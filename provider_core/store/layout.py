"""Where things are in a store, and how its folders come to be.

```
oci-layout  index.json         an OCI image layout to everybody else (image-spec, image-layout.md)
blobs/sha256/<hex>             verified content, 0444
ingest/                        content on its way in; what nobody has claimed is left over
leases/                        a file for each running operation
records/<hex>-<key>.json       what the catalog says of each installed image, by root and key
quarantine/                    what `repair` moved out of the way
lock                           see `leases`
```

Only a `Digest` becomes a path; names that others chose never do.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from ..digests import Digest
from ..disk.durable import make_folder
from ..disk.failures import disk_errors, read_only_error
from ..disk.systems import this_user
from ..errors import Conflict, DocumentError, StoreError
from ..oci.layout import BLOBS_FOLDER, INDEX_FILE, LAYOUT_BYTES, LAYOUT_FILE
from .index_json import render_index
from .locks import held
from .scratch import write_file

__all__ = ["ALGORITHMS", "Layout", "digest_named", "entries"]

ALGORITHMS = ("sha256", "sha512")

_LOCK_TIMEOUT = 60.0
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class Layout:
    """The paths of the store at *root*, which nobody may change through it if *read_only*."""

    def __init__(
        self,
        root: Path,
        *,
        read_only: bool = False,
        place: Callable[[], Path] | None = None,
    ) -> None:
        self.root = root
        self.read_only = read_only
        self._place = place
        self.blobs = root / BLOBS_FOLDER
        self._blobs_of = {algorithm: self.blobs / algorithm for algorithm in ALGORITHMS}
        self.ingest = root / "ingest"
        self.leases = root / "leases"
        self.records = root / "records"
        self.quarantine = root / "quarantine"
        self.lock = root / "lock"
        self.marker = root / LAYOUT_FILE
        self.index = root / INDEX_FILE
        self._prepared = False

    @property
    def folders(self) -> tuple[Path, ...]:
        """Every folder that a store has."""
        own = (self.ingest, self.leases, self.records, self.quarantine, self.blobs)
        return (*own, *self._blobs_of.values())

    @property
    def names(self) -> frozenset[str]:
        """The names in the root that are the store's own."""
        files = (self.lock, self.marker, self.index)
        return frozenset(path.name for path in (*self.folders[:5], *files))

    def blob(self, digest: Digest) -> Path:
        """Return where the blob *digest* is."""
        return self._blobs_of[digest.algorithm] / digest.hex

    def partial(self, digest: Digest) -> Path:
        """Return where the blob *digest* is while it is on its way in."""
        return self.ingest / f"{digest.algorithm}-{digest.hex}"

    def blob_files(self) -> Iterator[tuple[Digest, os.stat_result]]:
        """Yield every regular file that has the name of a blob, and what the disk says of it."""
        for algorithm in ALGORITHMS:
            for entry in entries(self.blobs / algorithm):
                digest = digest_named(algorithm, entry.name)
                if digest is None or not entry.is_file(follow_symlinks=False):
                    continue
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:  # collected since it was listed
                    continue
                yield digest, status

    def check_place(self) -> None:
        """Raise Conflict if the store is elsewhere by now: whoever moves it holds its lock."""
        if self._place is not None and (place := self._place()) != self.root:
            raise Conflict(
                f"the store was moved to {place} by another process",
                hint="repeat the command: it will find it there",
                path=str(place),
            )

    def prepare(self) -> None:
        """Make what is missing of the layout, durably, private to its owner.

        Raises Conflict if it was moved; StoreError if it is read-only, another user's, open to
        others to write, holds something else, or if one of its folders is elsewhere (a symbolic
        link); NoSpace.
        """
        self.check_place()
        if self._prepared:
            return
        if self.read_only:
            raise read_only_error(self.root, "it was opened to be read")
        with disk_errors(self.root):
            if not make_folder(self.root):
                self._refuse_what_is_no_store()
            for folder in self.folders:
                if not make_folder(folder):
                    _require_private(folder)
            self.restore_own_files()
        self._prepared = True

    def restore_own_files(self) -> None:
        """Write the layout's marker and an empty index where they are missing."""
        files = ((self.index, render_index(())), (self.marker, LAYOUT_BYTES))
        if all(path.exists() for path, _ in files):
            return
        # Under the lock: whoever is late must not replace an index that has entries already.
        with disk_errors(self.root), held(self.lock, _LOCK_TIMEOUT):
            for path, data in files:
                if not path.exists():
                    write_file(path, data, scratch=self.ingest)

    def _refuse_what_is_no_store(self) -> None:
        _require_private(self.root)
        names = {entry.name for entry in entries(self.root)}
        if names and self.ingest.name not in names:
            raise StoreError(
                f"{self.root} holds something else than a store",
                hint="name an empty folder, or one that does not exist yet",
                path=str(self.root),
            )


def _require_private(folder: Path) -> None:
    """Raise StoreError unless *folder* is a real folder that nobody but its owner, us, can change.

    In any other, somebody else could exchange what was verified.
    """
    status = os.lstat(folder)
    if not stat.S_ISDIR(status.st_mode):
        raise StoreError(
            f"{folder} is no folder itself, but leads to one",
            hint="put the folder itself in its place, or name it where it is",
            path=str(folder),
        )
    user = this_user()
    if user is None:
        return
    if status.st_uid != user:
        raise read_only_error(folder, f"it belongs to user {status.st_uid}")
    if status.st_mode & _OTHERS_WRITE:
        raise StoreError(
            f"other users can write to {folder}",
            hint="take that right away (chmod go-w), then see what `ferry store check` says",
            path=str(folder),
        )


def entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield what is in *folder*; nothing if there is no such folder."""
    try:
        with os.scandir(folder) as found:
            yield from found
    except FileNotFoundError:
        return


def digest_named(algorithm: str, name: str) -> Digest | None:
    """Return the digest whose hexadecimal digits *name* is, None if it is no digest."""
    try:
        return Digest(algorithm=algorithm, hex=name)
    except DocumentError:
        return None
