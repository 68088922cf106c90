"""Checking on the disk: every byte of the store is read, and everything that is wrong is named."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..digests import Digest, Hasher
from ..disk.durable import open_regular, read_at
from ..errors import IntegrityError
from ..oci.layout import LAYOUT_BYTES, LAYOUT_INDEX_LIMIT, LAYOUT_LIMIT
from .index_json import is_sound_index
from .layout import ALGORITHMS, Layout, digest_named, entries
from .missing import blob_damage
from .ports import Damage
from .records import read_record, root_of_record

__all__ = ["check_files", "hash_file", "is_sound_file"]

_PIECE = 1 << 20


def check_files(layout: Layout, sizes: Mapping[Digest, int]) -> Iterator[Damage]:
    """Yield what is wrong with the files of the store; *sizes* are those that documents promise.

    What is on its way in, leased or in quarantine is left alone.
    """
    if not layout.root.is_dir():
        return
    yield from _check_own_files(layout)
    yield from _check_names(layout)
    for algorithm in ALGORITHMS:
        for entry in entries(layout.blobs / algorithm):
            yield from _check_blob(layout, algorithm, entry, sizes)
    for entry in entries(layout.records):
        yield from _check_record(layout, entry)


def hash_file(path: Path, algorithm: str) -> tuple[Digest, int]:
    """Return digest and bytes of the file *path*; OSError, FileNotFoundError if it is none."""
    fd = open_regular(path)
    try:
        hasher = Hasher(algorithm)
        buffer = memoryview(bytearray(_PIECE))
        while count := read_at(fd, hasher.size, buffer):
            hasher.update(buffer[:count])
        return hasher.digest(), hasher.size
    finally:
        os.close(fd)


def is_sound_file(layout: Layout, path: Path) -> bool:
    """Whether the store's own file *path*, its marker or its index, is as it was written."""
    try:
        with open(open_regular(path), "rb") as file:
            data = file.read(1 + (LAYOUT_LIMIT if path == layout.marker else LAYOUT_INDEX_LIMIT))
    except OSError:
        return False
    return data == LAYOUT_BYTES if path == layout.marker else is_sound_index(data)


def _check_own_files(layout: Layout) -> Iterator[Damage]:
    for path in (layout.marker, layout.index):
        if not os.path.lexists(path):
            yield _damage("missing", None, layout, path, "is not there")
        elif not is_sound_file(layout, path):
            yield _damage("altered", None, layout, path, "is not as it was written")


def _check_names(layout: Layout) -> Iterator[Damage]:
    for folder, own in ((layout.root, layout.names), (layout.blobs, frozenset(ALGORITHMS))):
        for entry in entries(folder):
            if entry.name not in own:
                yield _damage("foreign", None, layout, Path(entry.path), "is not of the store")


def _check_blob(
    layout: Layout, algorithm: str, entry: os.DirEntry[str], sizes: Mapping[Digest, int]
) -> Iterator[Damage]:
    path = Path(entry.path)
    named = digest_named(algorithm, entry.name)
    if named is None:
        yield _damage("foreign", None, layout, path, "has not the name of a blob")
        return
    if not entry.is_file(follow_symlinks=False):
        yield _damage("foreign", named, layout, path, "is no regular file")
        return
    try:
        actual, size = hash_file(path, algorithm)
    except FileNotFoundError:  # collected since it was listed
        return
    except OSError as error:
        yield _damage("altered", named, layout, path, f"cannot be read: {error.strerror}")
        return
    promised = sizes.get(named, size)
    if actual == named and size == promised:
        return
    if actual == named:
        yield _damage("altered", named, layout, path, f"has {size} bytes, not {promised}")
    else:
        kind = blob_damage(size, promised, layout.blob(actual).exists())
        yield _damage(kind, named, layout, path, f"holds {size} bytes that are {actual}")


def _check_record(layout: Layout, entry: os.DirEntry[str]) -> Iterator[Damage]:
    path = Path(entry.path)
    root = root_of_record(entry.name)
    if root is None:
        yield _damage("foreign", None, layout, path, "has not the name of a record")
        return
    try:
        read_record(path, root)
    except IntegrityError as error:
        yield _damage("record", root, layout, path, f"is damaged: {error.message}")
    except FileNotFoundError:
        if os.path.lexists(path):
            yield _damage("record", root, layout, path, "is no regular file")


def _damage(kind: str, digest: Digest | None, layout: Layout, path: Path, what: str) -> Damage:
    # Names in the store may be anybody's; !a keeps control characters out of the sentence.
    name = path.relative_to(layout.root).as_posix()
    shown = name if name.isascii() and name.isprintable() else f"{name!a}"
    return Damage(kind=kind, digest=digest, detail=f"{shown} {what}")
