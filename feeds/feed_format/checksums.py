"""SHA256SUMS: a feed on a medium, checked without ferry: ``sha256sum -c SHA256SUMS``.

It is signed by nobody; what ferry believes is in `trust/`.  It tells whether a copy is whole.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final

from provider_core.digests import Digest
from provider_core.disk.durable import open_regular
from provider_core.disk.failures import disk_errors
from provider_core.oci.layout import BLOBS_FOLDER, INDEX_FILE, LAYOUT_FILE

from .feed_folder import FeedFolder
from .paths import CHECKSUMS, PIECES, TRUST, VOLUME_FILE

__all__ = ["checksum_lines", "line_size", "unlike_checksums", "write_checksums"]

_TOPS: Final = (BLOBS_FOLDER, INDEX_FILE, LAYOUT_FILE, PIECES, TRUST, VOLUME_FILE)
"""Where a feed's files are.  Systems and people put others beside them, called as they like."""
_LINE: Final = re.compile(rb"([0-9a-f]{64})  ([!-~]{1,400})\n")
_LINE_LIMIT: Final = 512
_NAMED: Final = re.compile(r"(?:blobs|pieces)/sha256/([0-9a-f]{64})")


def checksum_lines(digests: Mapping[str, str]) -> bytes:
    """Return the file for *digests*: hexadecimal SHA-256 by path, in coreutils' format."""
    lines = (f"{digest}  {path}\n" for path, digest in sorted(digests.items()))
    return "".join(lines).encode("ascii")


def line_size(path: str) -> int:
    """Return the bytes of the line for *path*."""
    return 64 + 2 + len(path) + 1


def write_checksums(folder: FeedFolder) -> int:
    """Write the list of all that *folder* has of a feed now; return its bytes.

    Files that are named by their SHA-256 were verified when they got that name, and are not read
    again.  Raises NoSpace, StoreError.
    """
    data = checksum_lines({path: _digest(folder, path) for path in files_of(folder)})
    folder.replace(CHECKSUMS, data)
    return len(data)


def unlike_checksums(folder: FeedFolder) -> Iterator[tuple[str, str]]:
    """Yield each file of *folder* that is not as the list says, if there is one, and what is wrong.

    Files that are named by their SHA-256 are not read: whoever verifies the feed has read them.
    Raises StoreError.
    """
    where = folder.path(CHECKSUMS)
    if not folder.has(CHECKSUMS):
        return
    there = frozenset(files_of(folder))
    with disk_errors(where), os.fdopen(open_regular(where), "rb") as file:
        while line := file.readline(_LINE_LIMIT):
            listed = _LINE.fullmatch(line)
            if not listed:
                yield CHECKSUMS, f"{CHECKSUMS} is damaged"
                return
            digest, path = listed[1].decode(), listed[2].decode()
            if path not in there:
                yield path, f"{path} is missing, which {CHECKSUMS} lists"
            elif _digest(folder, path) != digest:
                yield path, f"{path} is not what {CHECKSUMS} says"


def files_of(folder: FeedFolder) -> Iterator[str]:
    """Yield the path of every regular file of the feed in *folder*, from there."""
    for top in _TOPS:
        yield from _below(folder, top)


def _below(folder: FeedFolder, name: str) -> Iterator[str]:
    if folder.has(name):
        yield name
    elif folder.path(name).is_dir() and not folder.path(name).is_symlink():
        for entry in folder.names(name):
            yield from _below(folder, str(PurePosixPath(name, entry)))


def _digest(folder: FeedFolder, path: str) -> str:
    named = _NAMED.fullmatch(path)
    if named:
        return named[1]
    where = folder.path(path)
    with disk_errors(where), os.fdopen(open_regular(where), "rb") as file:
        digest, _ = Digest.of_stream(file)
    return digest.hex
