"""The bytes of one upload: chunks, failures between them, and the end with its digest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlencode

from provider_core.errors import AuthRequired, HttpStatus, TimedOut, TransportError
from provider_core.oci import Descriptor
from provider_core.transport.urls import shown

from .file_piece import FilePiece

if TYPE_CHECKING:
    from .uploads import Uploader

__all__ = ["CHUNK", "Place", "Sending", "bytes_there", "least_chunk"]

CHUNK = 8 << 20
_SMALLEST = 256 << 10
_LARGEST = 64 << 20
_TRIES = 5
"""Failures in a row without a byte that was not there before."""
_PAUSE = 0.1
"""Seconds before going on after the first failure; doubled each time."""
_MAY_PASS = frozenset({404, 408, 416})
_RANGE = re.compile(r"(?:bytes=)?0-(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an upload goes on."""

    url: str
    offset: int
    """Bytes that the server has."""
    least: int = 0
    """Bytes that a chunk must have at least; 0 if any number will do."""


def bytes_there(value: str) -> int:
    """Return how many bytes a Range header (``0-1023``) says are there; 0 if it says none.

    ``0-0`` is what registries say of an empty upload.
    """
    match = _RANGE.fullmatch(value.strip())
    last = int(match[1]) if match else 0
    return last + 1 if last else 0


def least_chunk(value: str) -> int:
    """Return the bytes that ``OCI-Chunk-Min-Length`` asks for, at most 64 MiB; 0 for none."""
    text = value.strip()
    fine = text.isascii() and text.isdecimal() and len(text) <= 12
    return min(int(text), _LARGEST) if fine else 0


class Sending:
    """One upload, from where the server has it to its end."""

    def __init__(
        self, uploader: Uploader, blob: Descriptor, stream: BinaryIO, place: Place, key: str
    ) -> None:
        """Send *blob*, read from *stream*, on from *place*; *key* is its piece of the progress."""
        self._uploader = uploader
        self._blob = blob
        self._stream = stream
        self._place = place
        self._key = key
        self._chunk = max(uploader.chunk, place.least)
        self._shown = 0
        self._failures = 0

    def run(self) -> None:
        """Send what is missing; raise the last failure after five in a row without progress."""
        furthest = self._place.offset
        while True:
            try:
                while self._blob.size - self._place.offset > self._chunk:
                    self._send_chunk()
                self._finish()
                break
            except TransportError as error:
                # An upload that is lost and begun anew has made no progress until it is past this.
                if self._place.offset > furthest:
                    furthest, self._failures = self._place.offset, 0
                if self._is_there_after(error):
                    break
        self._show(self._blob.size)

    def _send_chunk(self) -> None:
        start, body = self._place.offset, self._piece(self._chunk)
        headers = {"content-range": f"{start}-{start + len(body) - 1}"}
        answer = self._uploader.send("PATCH", self._place.url, body, headers)
        place = self._uploader.place(answer, self._place.url)
        if place.offset != start + len(body):
            self._uploader.forget(self._blob.digest)
            raise TransportError(
                f"{shown(self._place.url)} took another number of bytes than it was sent",
                hint="try again: this blob is sent anew",
            )
        self._place = place
        self._uploader.remember(self._blob.digest, place.url)
        self._show(place.offset)

    def _finish(self) -> None:
        """Send the last piece with the digest; the registry checks the whole."""
        joint = "&" if "?" in self._place.url else "?"
        url = f"{self._place.url}{joint}{urlencode({'digest': str(self._blob.digest)})}"
        start, body = self._place.offset, self._piece(self._blob.size - self._place.offset)
        headers = {"content-range": f"{start}-{start + len(body) - 1}"} if start and body else {}
        answer = self._uploader.send("PUT", url, body, headers)
        if answer.status != 201:
            raise HttpStatus(shown(self._place.url), answer.status, hint="push again")

    def _is_there_after(self, error: TransportError) -> bool:
        """Whether the blob is there despite *error*; else find out where to go on.

        Raises *error* if there is no use in going on.
        """
        self._failures += 1
        status = error.fields.get("status")
        refused = isinstance(status, int) and status < 500 and status not in _MAY_PASS
        if refused or isinstance(error, AuthRequired) or self._failures >= _TRIES:
            raise error
        if isinstance(error, TimedOut):
            self._chunk = max(self._chunk // 4, _SMALLEST, self._place.least)
        self._uploader.context.cancel.wait(_PAUSE * 2**self._failures)
        if self._uploader.has(self._blob):
            return True  # the last answer was lost, not the upload
        place = self._uploader.status(self._place.url) or self._uploader.begin(self._blob)
        if place is None:
            return True
        if place.offset > self._blob.size:
            raise error
        self._place = place
        return False

    def _piece(self, count: int) -> FilePiece:
        return FilePiece(self._stream, self._place.offset, count)

    def _show(self, there: int) -> None:
        """Move the progress to *there*; it never goes back."""
        if there > self._shown:
            self._uploader.context.progress.advance(self._key, there - self._shown)
            self._shown = there
