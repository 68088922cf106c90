"""One file of a set, read at any place and from any thread."""

from __future__ import annotations

import io
import threading
from typing import BinaryIO, Final

from provider_core.errors import WimError

from ..wim_format.header import HEADER_SIZE, Header
from ..wim_format.resource_header import ResourceHeader

__all__ = ["Part"]

_WHERE: Final = "file"


class Part:
    """A seekable file with its header read.

    Raises WimError and NotSupported as `Header.parse`.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self.size = stream.seek(0, io.SEEK_END)
        """Bytes of the file."""
        self.head = self._read(0, min(HEADER_SIZE, self.size))
        """The bytes of the header."""
        self.header = Header.parse(self.head)
        self.kind = self.header.compression, self.header.chunk_size
        """How compressed resources of its own are compressed, and their chunk size in bytes."""

    def read_at(self, offset: int, size: int) -> bytes:
        """Return just *size* bytes from *offset*.  Raises WimError if the file has less."""
        if offset + size > self.size:
            reason = f"bytes {offset} to {offset + size} are wanted, it has {self.size}"
            raise WimError(reason, where=_WHERE)
        return self._read(offset, size)

    def check_inside(self, resource: ResourceHeader, where: str) -> None:
        """Refuse a resource that leads out of the file.  Raises WimError."""
        if resource.end > self.size:
            reason = f"a resource ends at byte {resource.end}, the file at {self.size}"
            raise WimError(reason, where=where)

    def _read(self, offset: int, size: int) -> bytes:
        with self._lock:
            self._stream.seek(offset)
            data = self._stream.read(size)
            if len(data) == size:
                return data
            pieces = [data]
            while data and (size := size - len(data)):
                data = self._stream.read(size)
                pieces.append(data)
        if not data:
            raise WimError("it became shorter while it was read", where=_WHERE)
        return b"".join(pieces)
