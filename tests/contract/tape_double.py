"""A provider of tapes: each source is a drive, which can read in one order only."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from provider_core.context import Context
from provider_core.hookspecs import hookimpl
from provider_core.model import Content, Package, PackageId, Query
from provider_core.oci import Descriptor
from provider_core.simple_provider import SimpleProvider
from provider_core.store import Reader, Writer
from provider_core.testing import SmallImage, small_image

__all__ = ["TapeDouble"]


class TapeDouble(SimpleProvider):
    """Its drives hold ``NAME-0 … NAME-9``, the last one first on the tape."""

    name = "tape-double"
    schemes = ("tape",)

    def __init__(self) -> None:
        self.read: list[tuple[str, str]] = []
        """Drive and package, in the order in which they were read."""
        self.most_drives = 0
        """How many drives ran at once, at most."""
        self.collisions = 0
        """How often one drive was wanted twice at once."""
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def packages(self, query: Query, context: Context) -> Iterator[Package]:
        """List a tape."""
        assert context.source is not None
        for place in range(10):
            name = f"{context.source.name}-{place}"
            identity = PackageId(
                provider=self.name, source=context.source.name, name=name, version="1"
            )
            yield Package(id=identity, pin=_image(name).root)

    def open(self, descriptor: Descriptor, package: Package, context: Context) -> BinaryIO:
        """Wind to a blob."""
        return io.BytesIO(_image(package.name).blobs[descriptor.digest])

    @hookimpl
    def order(self, packages: Sequence[Package], context: Context) -> Sequence[Package] | None:
        """Return the packages as they lie on the tape."""
        return sorted(packages, key=lambda package: package.name, reverse=True)

    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Read a package, and note who else is reading."""
        drive = package.id.source
        with self._lock:
            self.collisions += drive in self._busy
            self._busy.add(drive)
            self.most_drives = max(self.most_drives, len(self._busy))
            self.read.append((drive, package.name))
        time.sleep(0.02)
        content = super().install(package, reader, writer, context)
        with self._lock:
            self._busy.discard(drive)
        return content


def _image(name: str) -> SmallImage:
    return small_image({"srv/name": name.encode()})


provider = TapeDouble
