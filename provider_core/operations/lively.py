"""Signs of life: ports that note every movement and stop when the call is given up.

A provider that hangs shows none, and its call is ended after the stall limit; one that works
on a huge layer shows one with every piece, however long it takes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import BinaryIO, cast

from ..context import Progress
from ..model import Pin
from ..oci import Descriptor
from ..store import Reader
from ..store.lively_writer import Beat, LivelyWriter
from ..transport import Auth, Body, Location, Origin, Response, Sink, Transport

__all__ = ["LivelyProgress", "LivelyReader", "LivelyTransport", "LivelyWriter", "SilentProgress"]


class SilentProgress:
    """Progress that nobody watches."""

    def start(self, key: str, label: str, total: int | None) -> None:
        """Do nothing."""

    def advance(self, key: str, count: int) -> None:
        """Do nothing."""

    def done(self, key: str) -> None:
        """Do nothing."""

    def notice(self, text: str) -> None:
        """Do nothing."""


class LivelyProgress:
    """Passes everything on; each call is a sign of life."""

    def __init__(self, inner: Progress, beat: Beat) -> None:
        self._inner = inner
        self._beat = beat

    def start(self, key: str, label: str, total: int | None) -> None:
        self._beat()
        self._inner.start(key, label, total)

    def advance(self, key: str, count: int) -> None:
        self._beat()
        self._inner.advance(key, count)

    def done(self, key: str) -> None:
        self._beat()
        self._inner.done(key)

    def notice(self, text: str) -> None:
        self._beat()
        self._inner.notice(text)


class _LivelyFile(io.RawIOBase):
    def __init__(self, inner: BinaryIO, beat: Beat) -> None:
        self._inner = inner
        self._beat = beat

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        self._beat()
        return cast("io.RawIOBase", self._inner).readinto(buffer) or 0  # type: ignore[arg-type]

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        return self._inner.tell()

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._inner.close()


class LivelyReader:
    """A Reader whose files show a sign of life with every read."""

    def __init__(self, inner: Reader, beat: Beat) -> None:
        self._inner = inner
        self._beat = beat

    def has(self, descriptor: Descriptor) -> bool:
        return self._inner.has(descriptor)

    def open(self, root: Pin) -> BinaryIO:
        return cast("BinaryIO", _LivelyFile(self._inner.open(root), self._beat))

    def read(self, descriptor: Descriptor, *, limit: int = 4 << 20) -> bytes:
        self._beat()
        return self._inner.read(descriptor, limit=limit)


class _LivelySink:
    def __init__(self, inner: Sink, beat: Beat) -> None:
        self._inner = inner
        self._beat = beat

    def gaps(self) -> tuple[tuple[int, int], ...]:
        return self._inner.gaps()

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        self._beat()
        self._inner.write(offset, data)


class LivelyTransport:
    """A Transport whose requests are signs of life; found when it is first needed."""

    def __init__(self, find: Callable[[], Transport], beat: Beat) -> None:
        self._find = find
        self._beat = beat

    @cached_property
    def _inner(self) -> Transport:
        return self._find()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | Body = b"",
        auth: Auth | None = None,
        limit: int = 4 << 20,
        told_by: Origin | None = None,
        patient: bool = True,
    ) -> Response:
        self._beat()
        answer = self._inner.request(
            method,
            url,
            headers=headers,
            body=body,
            auth=auth,
            limit=limit,
            told_by=told_by,
            patient=patient,
        )
        self._beat()
        return answer

    def download(self, descriptor: Descriptor, locations: Sequence[Location], sink: Sink) -> None:
        self._beat()
        self._inner.download(descriptor, locations, _LivelySink(sink, self._beat))
