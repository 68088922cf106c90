"""The format of a tape: a label, then one record for each image, front to back.

The label is a line of JSON::

    {"tape": "A1", "images": [{"name": …, "version": …, "platform": "linux/amd64", "size": bytes,
                               "summary": …, "root": DESCRIPTOR}, …]}

A record is a line of JSON, ``{"blobs": [DESCRIPTOR, …]}``, and then the bytes of these blobs, the
last of which is the root.  Descriptors are those of the OCI image specification.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from provider_core import Platform
from provider_core.errors import DocumentError
from provider_core.oci import Descriptor, Node, read_document

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["LINE_LIMIT", "Entry", "Label", "Tape"]

LINE_LIMIT = 1 << 20
"""Bytes of the longest line."""
MOST = 1_000
"""Images on a tape, blobs in a record."""
_PIECE = 256 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a label says of one image."""

    name: str
    version: str
    platform: Platform
    size: int
    """Bytes of its record."""
    summary: str
    root: Descriptor
    record: int
    """Which record it is, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The first line of a tape."""

    tape: str
    """What is written on its case."""
    entries: tuple[Entry, ...]
    """In the order of the records."""

    @classmethod
    def parse(cls, line: bytes) -> Label:
        """Read the first line; DocumentError if it is no label."""
        document = read_document(line, limit=LINE_LIMIT, what="label")
        images = document.array("images", limit=MOST)
        return cls(
            tape=document.required("tape", str),
            entries=tuple(_entry(image, record) for record, image in enumerate(images)),
        )


class Tape:
    """Reads a tape that is mounted, front to back; the stream need not be seekable."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.label = Label.parse(self._line())
        self.record = 0
        """The record that comes next."""

    def blobs(self, check: Callable[[], None]) -> Iterator[tuple[Descriptor, BinaryIO]]:
        """Read the next record: each blob with a stream of its bytes, good until the next one.

        *check* is called with every piece that is passed by, and may raise.
        """
        record = read_document(self._line(), limit=LINE_LIMIT, what="record")
        for node in record.array("blobs", limit=MOST):
            descriptor = Descriptor.from_node(node)
            stream = _Blob(self._stream, descriptor.size)
            yield descriptor, cast("BinaryIO", stream)
            while stream.read(_PIECE):
                check()
        self.record += 1

    def _line(self) -> bytes:
        line = self._stream.readline(LINE_LIMIT + 1)
        if not line.endswith(b"\n"):
            raise DocumentError("a line that does not end", what="tape")
        return line


class _Blob(io.RawIOBase):
    """So many bytes of the tape, from where it is."""

    def __init__(self, tape: BinaryIO, size: int) -> None:
        self._tape = tape
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        data = self._tape.read(min(len(view), self._left))
        view[: len(data)] = data
        self._left -= len(data)
        return len(data)


def _entry(image: Node, record: int) -> Entry:
    return Entry(
        name=image.required("name", str),
        version=image.required("version", str),
        platform=Platform.parse(image.required("platform", str)),
        size=image.required("size", int),
        summary=image.optional("summary", str, ""),
        root=Descriptor.from_node(image.required_child("root")),
        record=record,
    )
