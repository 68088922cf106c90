"""Trees of Windows files made in memory, and WIM files of them by this project's own writer."""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

from provider_wim.filetime import UNIX_EPOCH
from provider_wim.layer.reparse import link_of
from provider_wim.tree import Blob, NamedStream, Node, Piece, WimImage, walk
from provider_wim.wim_format.compression import Compression
from provider_wim.writing.chunks import ChunkCompressor
from provider_wim.writing.resources import ResourceWriter
from provider_wim.writing.wim_file import begin_file, finish_file

__all__ = [
    "NANO",
    "SECURITY",
    "MemoryBlobs",
    "MemoryOutput",
    "content_of",
    "file",
    "folder",
    "junction",
    "sample_tree",
    "symlink",
    "wim_bytes",
]

_SYSTEM = struct.pack(">BBHII", 1, 1, 0, 5, 0x12000000)
"""The security identifier S-1-5-18, the local system ([MS-DTYP] 2.4.2)."""
SECURITY = (
    struct.pack("<BBHIIII", 1, 0, 0x8004, 20, 32, 0, 44)  # self-relative, with a DACL
    + _SYSTEM * 2
    + struct.pack("<BBHHH", 2, 0, 28, 1, 0)
    + struct.pack("<BBHI", 0, 0, 20, 0x1F01FF)
    + _SYSTEM
)
"""A security descriptor: it belongs to the system, which may do everything."""
NANO = WimImage(
    index=1,
    name="NanoServer",
    description="Container OS Image of Windows Server 2016",
    flags="ServerDatacenterNano",
    edition="ServerDatacenterNano",
    architecture="amd64",
    version="10.0.10586.0",
    created=UNIX_EPOCH + 14_462_496_001_234_567,
)
_TIME = UNIX_EPOCH + 14_462_496_000_000_000
_CONTENTS: dict[bytes, bytes] = {}


def file(name: str, data: bytes = b"", **more: Any) -> Node:
    """Return a file; *more* are further fields of `Node`, streams as names with their content."""
    return _node(name, **{"attributes": 0x20, **more}, data=_blob(data))


def folder(name: str, *children: Node, **more: Any) -> Node:
    """Return a directory."""
    return _node(name, **{"attributes": 0x10, **more}, children=children)


def symlink(name: str, target: str, *, to_folder: bool = False) -> Node:
    """Return a symbolic link."""
    reparse = link_of(target, junction=False)
    return _node(name, attributes=0x410 if to_folder else 0x420, reparse=reparse)


def junction(name: str, target: str) -> Node:
    """Return a junction."""
    return _node(name, attributes=0x410, reparse=link_of(target, junction=True))


def sample_tree(*more: Node) -> Node:
    """Return a small system with all that a layer can carry, and with *more* in its root."""
    kernel = file("kernel32.dll", b"MZ" * 40_000, security=SECURITY, link_group=1)
    return folder(
        "",
        folder(
            "Windows",
            folder(
                "System32",
                kernel,
                file("empty.txt"),
                folder("config", file("SYSTEM", b"regf" * 500, attributes=0x26)),
                security=SECURITY,
            ),
            folder("WinSxS", kernel),
        ),
        file("notes.txt", b"text", streams={"Zone.Identifier": b"[Zone]\r\n", "nothing": b""}),
        file("grüße-日本-😀.txt", b"hello"),
        file("again.txt", b"hello"),
        symlink("link.txt", "Windows\\System32\\empty.txt"),
        symlink("sys", "Windows\\System32", to_folder=True),
        junction("Documents and Settings", "C:\\Users"),
        folder("Users", security=SECURITY + bytes(4)),
        *more,
    )


def wim_bytes(*images: tuple[WimImage, Node], compression: Compression = Compression.NONE) -> bytes:
    """Return a WIM file of *images*; compressing needs libwim."""
    out = MemoryOutput()
    with ExitStack() as stack:
        chunks = None
        if compression is not Compression.NONE:
            chunks = stack.enter_context(ChunkCompressor(compression))
        resources = ResourceWriter(out, chunks)
        begin_file(out)
        for _, root in images:
            for blob in _blobs(root):
                resources.add(iter([content_of(blob)]), blob.size)
        finish_file(out, resources, images, compression, lambda: None)
    return out.getvalue()


def content_of(blob: Blob) -> bytes:
    """Return the bytes of a blob that these functions made."""
    return _CONTENTS[blob.sha1]


class MemoryBlobs:
    """Every content that these functions made, as a `BlobSource`."""

    parallel = 2

    def announce(self, blobs: Iterable[Blob]) -> None:
        """Take the hint, and do nothing with it."""

    def read_into(self, places: Iterable[tuple[Blob, int]], out: memoryview) -> None:
        for blob, place in places:
            out[place : place + blob.size] = content_of(blob)

    def pieces(self, blob: Blob) -> Iterator[Piece]:
        data = content_of(blob)
        for start in range(0, len(data), 50_000):
            yield data[start : start + 50_000]


class MemoryOutput:
    """A file in memory, as the writer of WIM files wants it."""

    def __init__(self) -> None:
        self._file = io.BytesIO()

    def write(self, data: bytes, /) -> None:
        self._file.write(data)

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, position: int, /) -> None:
        self._file.seek(position)

    def read(self, count: int, /) -> bytes:
        return self._file.read(count)

    def cut(self) -> None:
        self._file.truncate()

    def getvalue(self) -> bytes:
        return self._file.getvalue()


def _node(name: str, *, streams: Mapping[str, bytes] | None = None, **fields: Any) -> Node:
    times = {"created": _TIME, "accessed": _TIME + 7, "written": _TIME + 1}
    named = [NamedStream(name=key, blob=_blob(value)) for key, value in (streams or {}).items()]
    return Node(name=name, streams=tuple(named), **{**times, **fields})


def _blob(data: bytes) -> Blob | None:
    if not data:
        return None
    blob = Blob(sha1=hashlib.sha1(data).digest(), size=len(data))
    _CONTENTS[blob.sha1] = data
    return blob


def _blobs(root: Node) -> Iterator[Blob]:
    for _, node in walk(root):
        for blob in (node.data, *(stream.blob for stream in node.streams)):
            if blob is not None:
                yield blob
