"""Where a feed is: a folder, or a web server; the one thing that differs between the two."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from feed_format import folder_fetch
from feed_format.paths import PUBLISHERS
from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.disk.durable import open_regular
from provider_core.disk.failures import disk_errors
from provider_core.disk.media import files_at_once
from provider_core.errors import BlobNotFound, HttpStatus, NoSuchFile
from provider_core.oci import Descriptor
from provider_core.oci.json_document import DOCUMENT_LIMIT
from provider_core.oci.layout import blob_path
from provider_core.pouring import read_document
from provider_core.store import Writer, pour
from provider_core.transport import Location, Origin, Transport

from .feed_folders import feed_folders, folder_of
from .web_auth import BasicAuth

__all__ = ["FolderPlace", "Place", "WebPlace", "place_of", "places_of"]

_DIGITS: Final = re.compile(r"[0-9a-f]{64}")
_FORBIDDEN: Final = 403
_ABSENT: Final = 404


class Place(Protocol):
    """The way to the files of one feed."""

    @property
    def files_at_once(self) -> int:
        """How many small files are worth reading at once."""

    @property
    def blobs_at_once(self) -> int:
        """How many blobs of one image are worth reading at once."""

    def fetch(self, path: str, limit: int, /) -> bytes:
        """Return a small file whole; see `feed_format.Fetch`."""

    def pour(self, descriptor: Descriptor, writer: Writer) -> None:
        """Bring a blob into the store, verified.

        Raises BlobNotFound, DigestMismatch, SizeMismatch, TransportError, StoreError.
        """

    def read(self, descriptor: Descriptor) -> bytes:
        """Return a manifest, index or config whole, its digest checked; at most 4 MiB.

        Raises as `pour` does, DocumentError above that.
        """

    def has(self, descriptor: Descriptor) -> bool:
        """Whether the blob is there.  Raises TransportError, StoreError."""

    def publishers(self) -> tuple[Digest, ...]:
        """Return the fingerprints of publishers whose evidence is there and can be listed."""


class FolderPlace:
    """A feed in a folder, on a disk or a stick, or in several; it is only read.

    *folders* are volumes of one bundle then; what all of them have is read from the first.
    """

    files_at_once: Final = 1

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)
        self.fetch = folder_fetch(self.folders[0])

    @property
    def blobs_at_once(self) -> int:
        return files_at_once(self.folders[0])

    def pour(self, descriptor: Descriptor, writer: Writer) -> None:
        with self._opened(descriptor) as file:
            pour(file, writer, descriptor)

    def read(self, descriptor: Descriptor) -> bytes:
        with self._opened(descriptor) as file:
            return read_document(file, descriptor)

    def has(self, descriptor: Descriptor) -> bool:
        return self._blob(descriptor).is_file()

    def publishers(self) -> tuple[Digest, ...]:
        folder = self.folders[0] / PUBLISHERS
        with disk_errors(folder):
            names = sorted(os.listdir(folder)) if folder.is_dir() else []
        found = filter(_DIGITS.fullmatch, names)
        return tuple(Digest(algorithm="sha256", hex=name) for name in found)

    def _opened(self, descriptor: Descriptor) -> BinaryIO:
        path = self._blob(descriptor)
        with disk_errors(path):
            try:
                return open(open_regular(path), "rb")
            except (FileNotFoundError, NotADirectoryError):
                if not self.folders[0].exists():
                    raise NoSuchFile(self.folders[0]) from None
                raise BlobNotFound(
                    descriptor.digest, f"the feed {self.folders[0]}", hint="its copy is not whole"
                ) from None

    def _blob(self, descriptor: Descriptor) -> Path:
        """Return where the blob is, or would be in the first folder."""
        paths = [folder / blob_path(descriptor.digest) for folder in self.folders]
        return next((path for path in paths if path.is_file()), paths[0])


class WebPlace:
    """A feed below the http(s) URL *base*."""

    files_at_once: Final = 8
    blobs_at_once: Final = 3

    def __init__(self, base: str, transport: Transport, auth: BasicAuth) -> None:
        self._base = base.rstrip("/")
        self._transport = transport
        self._auth = auth

    def fetch(self, path: str, limit: int, /) -> bytes:
        url = f"{self._base}/{path}"
        answer = self._transport.request("GET", url, auth=self._auth, limit=limit)
        if answer.status == _ABSENT:
            raise NoSuchFile(url)
        return answer.body

    def pour(self, descriptor: Descriptor, writer: Writer) -> None:
        partial = writer.expect(descriptor)
        if partial is None:
            return
        location = Location(url=self._url(descriptor), auth=self._auth)
        with partial:
            try:
                self._transport.download(descriptor, [location], partial)
            except HttpStatus as error:
                if error.fields["status"] != _ABSENT:
                    raise
                raise self._absent(descriptor) from error
            partial.commit()

    def read(self, descriptor: Descriptor) -> bytes:
        try:
            data = self.fetch(blob_path(descriptor.digest), min(descriptor.size, DOCUMENT_LIMIT))
        except NoSuchFile as error:
            raise self._absent(descriptor) from error
        return read_document(io.BytesIO(data), descriptor)

    def has(self, descriptor: Descriptor) -> bool:
        try:
            answer = self._transport.request("HEAD", self._url(descriptor), auth=self._auth)
        except HttpStatus as error:
            if error.fields["status"] == _FORBIDDEN:  # what may not be listed is said to be so
                return False
            raise
        return answer.status != _ABSENT

    def publishers(self) -> tuple[Digest, ...]:
        return ()

    def _url(self, descriptor: Descriptor) -> str:
        return f"{self._base}/{blob_path(descriptor.digest)}"

    def _absent(self, descriptor: Descriptor) -> BlobNotFound:
        return BlobNotFound(
            descriptor.digest,
            f"the feed {self._base}",
            hint="it offers something else now, or is not whole: `ferry source refresh` tells",
        )


def place_of(location: str, context: Context) -> Place:
    """Return the place that *location* names: an http(s) URL, else a folder's absolute path."""
    return places_of(location, context)[0]


def places_of(location: str, context: Context) -> tuple[Place, ...]:
    """Return the ways to the feed at *location*; several where volumes are side by side.

    Each begins with another volume, since all of them have the signed metadata and one may be
    damaged.
    """
    if location.startswith(("http://", "https://")):
        origin = Origin.of(location)
        return (WebPlace(location, context.transport, BasicAuth(origin, context.credentials)),)
    path = folder_of(location)
    folders = feed_folders(path) or (path,)
    return tuple(FolderPlace((*folders[start:], *folders[:start])) for start in range(len(folders)))
