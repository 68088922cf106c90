"""Windows image files, made byte by byte: what no other tool writes here, and what none should.

`metadata` and `wim_file` know the format on their own, without the code under test.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "DIRECTORY",
    "FIXTURES",
    "SINGLE",
    "SPLIT",
    "Entry",
    "metadata",
    "resource",
    "row",
    "sha1",
    "wim_file",
    "xml",
]

FIXTURES = Path(__file__).parents[1] / "fixtures" / "wims"
SINGLE = ("none.wim", "xpress.wim", "lzx.wim", "lzms.wim", "solid.esd", "two.wim")
"""Files that hold the same tree as their first image."""
SPLIT = tuple(sorted(path.name for path in FIXTURES.glob("*.swm")))
DIRECTORY = 0x10
REPARSE_POINT = 0x400
NO_HASH = bytes(20)
METADATA_FLAG = 2


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file or directory to be written; hashes are 20 bytes."""

    name: str = ""
    short_name: str = ""
    attributes: int = 0x20
    security_id: int = -1
    times: tuple[int, int, int] = (1, 2, 3)
    sha1: bytes = NO_HASH
    reparse: tuple[int, int] | None = None
    """Tag and flags."""
    link_group: int = 0
    streams: tuple[tuple[str, bytes], ...] = ()
    items: bytes = b""
    children: tuple[Entry, ...] | None = None


def sha1(data: bytes) -> bytes:
    """Return the 20 bytes of the hash; zeros for no data."""
    return hashlib.sha1(data).digest() if data else NO_HASH


def metadata(root: Entry, descriptors: Sequence[bytes] = ()) -> bytes:
    """Return a metadata resource."""
    sizes = struct.pack(f"<{len(descriptors)}Q", *map(len, descriptors))
    body = sizes + b"".join(descriptors)
    head = _padded(struct.pack("<II", 8 + len(body), len(descriptors)) + body)
    place = len(head) + len(_dentry(root, 0)) + 8
    waiting = [root]
    offsets: dict[int, int] = {}
    for entry in waiting:
        if entry.children is not None:
            offsets[id(entry)] = place
            place += sum(len(_dentry(child, 0)) for child in entry.children) + 8
            waiting += entry.children
    pieces = [head, _dentry(root, offsets.get(id(root), 0)), bytes(8)]
    for entry in waiting:
        if entry.children is not None:
            pieces += [_dentry(child, offsets.get(id(child), 0)) for child in entry.children]
            pieces.append(bytes(8))
    return b"".join(pieces)


def resource(offset: int, stored: int, size: int, flags: int = 0) -> bytes:
    """Return a resource header."""
    return struct.pack("<QQQ", stored | flags << 56, offset, size)


def row(where: bytes, digest: bytes, part: int = 1) -> bytes:
    """Return a row of the blob table."""
    return where + struct.pack("<HI", part, 1) + digest


def xml(images: int = 1, more: str = "") -> bytes:
    """Return XML data that names *images* images, *more* in each of them."""
    inner = "".join(
        f'<IMAGE INDEX="{number}"><NAME>{number}</NAME>{more}</IMAGE>'
        for number in range(1, images + 1)
    )
    return b"\xff\xfe" + f"<WIM>{inner}</WIM>".encode("utf-16-le")


def wim_file(
    trees: Sequence[bytes],
    blobs: Sequence[bytes] = (),
    *,
    description: bytes | None = None,
    flags: int = 0,
    version: int = 0x10D00,
    rows: Sequence[bytes] = (),
    data: bytes = b"",
) -> bytes:
    """Return a file without compression of these metadata resources and blobs.

    *data* comes first, at byte 208; *rows* are put in front of the blob table.
    """
    body = bytearray(bytes(208) + data)
    table = list(rows)
    for content in trees:
        table.append(row(_put(body, content, METADATA_FLAG), sha1(content)))
    for content in blobs:
        table.append(row(_put(body, content), sha1(content)))
    listed = _put(body, b"".join(table))
    described = _put(body, xml(len(trees)) if description is None else description)
    front = struct.pack(
        "<8sIIII16sHHI", b"MSWIM", 208, version, flags, 0, b"g" * 16, 1, 1, len(trees)
    )
    body[:208] = (front + listed + described).ljust(208, b"\0")
    return bytes(body)


def _put(body: bytearray, content: bytes, flags: int = 0) -> bytes:
    where = resource(len(body), len(content), len(content), flags)
    body += content
    return where


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 8)


def _dentry(entry: Entry, children: int) -> bytes:
    name, short = (
        entry.name.encode("utf-16-le", "surrogatepass"),
        entry.short_name.encode("utf-16-le"),
    )
    link = struct.pack("<Q", entry.link_group)
    if entry.reparse is not None:
        link = struct.pack("<IHH", entry.reparse[0], 0, entry.reparse[1])
    fixed = struct.pack(
        "<IiQQQQQQ20sI8sHHH",
        entry.attributes,
        entry.security_id,
        children,
        0,
        0,
        *entry.times,
        entry.sha1,
        0,
        link,
        len(entry.streams),
        len(short),
        len(name),
    )
    names = name + bytes(2 if name else 0) + short + bytes(2 if short else 0)
    body = bytes(8) + fixed + names
    if entry.items:
        body = _padded(body) + entry.items
    body = _padded(body)
    return struct.pack("<Q", len(body)) + body[8:] + b"".join(map(_stream, entry.streams))


def _stream(stream: tuple[str, bytes]) -> bytes:
    name = stream[0].encode("utf-16-le")
    body = bytes(8) + struct.pack("<Q20sH", 0, stream[1], len(name)) + name + bytes(2)
    body = _padded(body)
    return struct.pack("<Q", len(body)) + body[8:]
