"""Where things are in a store, and how its folders come to be.

```
oci-layout  index.json         an OCI image layout to everybody else (image-spec, image-layout.md)
blobs/sha256/<hex>             verified content, 0444
ingest/                        content on its way in; what nobody has claimed is left over
leases/                        a file for each running operation
records/<hex>.json             what the catalog says of each installed root
quarantine/                    what `repair` moved out of the way
lock                           see `leases`
```

Only a `Digest` becomes a path; names that others chose never do.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..digests import Digest
from ..disk.durable import make_folder, sync_folder
from ..disk.failures import disk_errors, read_only_error
from ..errors import DocumentError, StoreError
from ..oci.layout import BLOBS_FOLDER, INDEX_FILE, LAYOUT_BYTES, LAYOUT_FILE
from .index_json import render_index
from .locks import held
from .scratch import write_file

__all__ = ["ALGORITHMS", "Layout", "digest_named", "entries"]

ALGORITHMS = ("sha256", "sha512")

_LOCK_TIMEOUT = 60.0


class Layout:
    """The paths of the store at *root*, which nobody may change through it if *read_only*."""

    def __init__(self, root: Path, *, read_only: bool = False) -> None:
        self.root = root
        self.read_only = read_only
        self.blobs = root / BLOBS_FOLDER
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
        algorithms = (self.blobs / algorithm for algorithm in ALGORITHMS)
        return (self.ingest, self.leases, self.records, self.quarantine, self.blobs, *algorithms)

    @property
    def names(self) -> frozenset[str]:
        """The names in the root that are the store's own."""
        files = (self.lock, self.marker, self.index)
        return frozenset(path.name for path in (*self.folders[:5], *files))

    def blob(self, digest: Digest) -> Path:
        """Return where the blob *digest* is."""
        return self.blobs / digest.algorithm / digest.hex

    def partial(self, digest: Digest) -> Path:
        """Return where the blob *digest* is while it is on its way in."""
        return self.ingest / f"{digest.algorithm}-{digest.hex}"

    def record(self, digest: Digest) -> Path:
        """Return where the record of the root *digest* is."""
        return self.records / f"{digest.hex}.json"

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

    def prepare(self) -> None:
        """Make what is missing of the layout, durably, private to its owner.

        Raises StoreError if it is read-only, another user's, or holds something else; NoSpace.
        """
        if self._prepared:
            return
        if self.read_only:
            raise read_only_error(self.root, "it was opened to be read")
        with disk_errors(self.root):
            made = make_folder(self.root)
            if not made:
                self._refuse_what_is_not_ours()
            for folder in self.folders:
                make_folder(folder)
            self.restore_own_files()
            if made:
                sync_folder(self.root.parent)
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

    def _refuse_what_is_not_ours(self) -> None:
        status = self.root.stat()
        # Windows has no owner numbers; its users' folders are private by inheritance.
        if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
            raise read_only_error(self.root, f"it belongs to user {status.st_uid}")
        names = {entry.name for entry in entries(self.root)}
        if names and self.ingest.name not in names:
            raise StoreError(
                f"{self.root} holds something else than a store",
                hint="name an empty folder, or one that does not exist yet",
                path=str(self.root),
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
