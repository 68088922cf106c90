"""Fetching: one blob or manifest from the places that have it, into the store."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from provider_core.context import Context, Progress
from provider_core.errors import (
    AuthRequired,
    DigestMismatch,
    Error,
    HttpStatus,
    IntegrityError,
    TransportError,
)
from provider_core.oci import Descriptor
from provider_core.oci.media_types import is_foreign_layer, is_index, is_manifest
from provider_core.store import Partial, Reader, Writer, pour
from provider_core.transport import Location, Sink

from .foreign import foreign_locations, not_allowed
from .memory import Memory
from .options import texts
from .places import Places

__all__ = ["Fetcher"]

_ANSWERS = (IntegrityError, HttpStatus, AuthRequired)
"""What shows that a place is there, whatever it says; one that asks for time gets some."""


class Fetcher:
    """Brings blobs of one repository; threads may share it.

    Manifests are checked as they come, so that the next place is asked if one has another.
    Blobs go on where they stopped, at the same place or the next; if what came is wrong in the
    end, the origin is asked for the whole.
    """

    def __init__(self, places: Places, reader: Reader, context: Context, memory: Memory) -> None:
        self._places = places
        self._reader = reader
        self._context = context
        self._memory = memory

    def __call__(self, descriptor: Descriptor, writer: Writer) -> None:
        """Bring what *descriptor* names, unless it is here.

        Raises the last place's TransportError or IntegrityError; NotSupported for a foreign
        layer that may be had nowhere.
        """
        self._context.check()
        if is_manifest(descriptor.media_type) or is_index(descriptor.media_type):
            pour(io.BytesIO(self._document(descriptor)), writer, descriptor)
            return
        with self._alone(descriptor):
            self._blob(descriptor, writer)

    def _document(self, descriptor: Descriptor) -> bytes:
        failure: Error = TransportError(
            f"no place is known for {descriptor.digest}", hint="leave --no-origin out"
        )
        for repository in self._places.all:
            try:
                return repository.manifest(descriptor)
            except (TransportError, IntegrityError) as error:
                failure = error
                if not isinstance(error, _ANSWERS):
                    repository.registry.note_silence()
        raise failure

    def _blob(self, descriptor: Descriptor, writer: Writer) -> None:
        path = f"blobs/{descriptor.digest}"
        locations = [repository.location(path) for repository in self._places.all]
        try:
            self._download(descriptor, locations, writer)
        except HttpStatus as error:
            if error.fields["status"] != 404 or not is_foreign_layer(descriptor.media_type):
                raise
            self._download(descriptor, self._elsewhere(descriptor), writer)
        except DigestMismatch:
            if len(locations) < 2:
                raise
            self._context.progress.notice(
                f"a mirror of {self._places.origin.registry.endpoint.host} has other bytes"
                f" under the name {descriptor.digest}"
            )
            self._download(descriptor, locations[-1:], writer)

    def _elsewhere(self, layer: Descriptor) -> list[Location]:
        hosts = texts(self._context.options, "foreign-layers")
        origin = self._places.origin.registry.endpoint.origin
        locations = list(foreign_locations(layer, hosts, origin))
        if not locations:
            raise not_allowed(layer)
        return locations

    def _download(
        self, descriptor: Descriptor, locations: Sequence[Location], writer: Writer
    ) -> None:
        partial = writer.expect(descriptor)
        if partial is None:
            return
        with partial, _watched(partial, self._context.progress) as sink:
            self._context.transport.download(descriptor, locations, sink)
            partial.commit()

    @contextmanager
    def _alone(self, descriptor: Descriptor) -> Iterator[None]:
        """Wait while another thread fetches the same blob: it comes once."""
        key, progress = str(descriptor.digest), self._context.progress

        def waiting() -> None:
            self._context.check()
            progress.advance(key, 0)

        with self._memory.alone(descriptor.digest, waiting=waiting):
            yield


class _Counted:
    """A sink that says how far it is."""

    def __init__(self, partial: Partial, progress: Progress) -> None:
        self._partial = partial
        self._progress = progress
        self._key = str(partial.descriptor.digest)

    def gaps(self) -> tuple[tuple[int, int], ...]:
        return self._partial.gaps()

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        self._partial.write(offset, data)
        self._progress.advance(self._key, len(data))


@contextmanager
def _watched(partial: Partial, progress: Progress) -> Iterator[Sink]:
    """Tell the progress of one blob while it comes; what is here already counts."""
    descriptor = partial.descriptor
    key, total = str(descriptor.digest), descriptor.size
    progress.start(key, descriptor.digest.short, total)
    progress.advance(key, total - sum(end - start for start, end in partial.gaps()))
    try:
        yield _Counted(partial, progress)
    finally:
        progress.done(key)
