"""Copying a whole store to another disk: everything that is in it, each byte verified.

Blobs are held against their names while they are read, and once more, like every other file,
when they are read back from the copy.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..digests import Digest, Hasher
from ..disk.durable import (
    OPEN_FLAGS,
    forget_cached,
    make_folder,
    open_regular,
    read_at,
    sync_file,
    sync_folder,
    write_at,
)
from ..disk.failures import disk_errors, free_bytes
from ..errors import DigestMismatch, NoSpace, StoreError
from .checking import hash_file
from .layout import Layout, digest_named

__all__ = ["copy_store"]

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copied:
    path: Path
    digest: Digest


def copy_store(layout: Layout, target: Path, advance: Callable[[int], None]) -> int:
    """Copy the store to the new folder *target*, durably; return the bytes.

    The caller holds the store's lock.  Locks and leases stay behind.  *advance* is told each
    piece that was copied, in bytes, and may raise.  Raises NoSpace before anything is copied
    where there is no room, DigestMismatch for a damaged blob, StoreError; what was copied by then
    is the caller's to remove.
    """
    folders, files = _contents(layout)
    needed = sum(layout.root.joinpath(name).stat().st_size for name in files)
    free = free_bytes(target.parent)
    if needed > free:
        raise NoSpace(target.parent, needed=needed, free=free)
    with disk_errors(target):
        for name in folders:
            make_folder(target / name)
        copied = [_copy(layout, name, target / name, advance) for name in files]
        for name in folders:
            sync_folder(target / name)
        sync_folder(target.parent)
        for one in copied:
            _check(one)
    return needed


def _contents(layout: Layout) -> tuple[list[Path], list[Path]]:
    """Return the folders (the store itself first) and files of a store, relative to it.

    Raises StoreError for what is neither.
    """
    folders, files = [Path()], []
    with disk_errors(layout.root):
        for entry in _walk(layout.root):
            name = Path(entry.path).relative_to(layout.root)
            if entry.is_dir(follow_symlinks=False):
                folders.append(name)
            elif not entry.is_file(follow_symlinks=False):
                raise StoreError(
                    f"{entry.path} is neither a file nor a folder",
                    hint="take it away: nothing of the kind belongs into a store",
                    path=entry.path,
                )
            elif Path(entry.path) != layout.lock and layout.leases not in Path(entry.path).parents:
                files.append(name)
    return folders, files


def _walk(folder: Path) -> Iterator[os.DirEntry[str]]:
    waiting = [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        yield from entries
        waiting += (entry.path for entry in entries if entry.is_dir(follow_symlinks=False))


def _copy(layout: Layout, name: Path, target: Path, advance: Callable[[int], None]) -> _Copied:
    """Copy one file with its mode and time, flushed; hold a blob against its name."""
    source = layout.root / name
    promised = _promised(layout, source)
    read, written = open_regular(source), -1
    try:
        status = os.fstat(read)
        written = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | OPEN_FLAGS, 0o600)
        digest = _pour(read, written, promised.algorithm if promised else "sha256", advance)
        if promised is not None and digest != promised:
            error = DigestMismatch(promised, digest, what=f"the blob {promised}")
            error.hint = "run `ferry store repair`, then move the store"
            raise error
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
        target.chmod(stat.S_IMODE(status.st_mode))
        sync_file(written)
        forget_cached(written)
    finally:
        os.close(read)
        if written >= 0:
            os.close(written)
    return _Copied(path=target, digest=digest)


def _pour(read: int, written: int, algorithm: str, advance: Callable[[int], None]) -> Digest:
    hasher = Hasher(algorithm)
    buffer = memoryview(bytearray(_PIECE))
    while count := read_at(read, hasher.size, buffer):
        write_at(written, hasher.size, buffer[:count])
        hasher.update(buffer[:count])
        advance(count)
    return hasher.digest()


def _promised(layout: Layout, path: Path) -> Digest | None:
    """Return the digest that the file *path* is named by, None if it is no blob."""
    if path.parent.parent != layout.blobs:
        return None
    return digest_named(path.parent.name, path.name)


def _check(copied: _Copied) -> None:
    found, _ = hash_file(copied.path, copied.digest.algorithm)
    if found != copied.digest:
        raise DigestMismatch(copied.digest, found, what=f"the copy {copied.path}")
