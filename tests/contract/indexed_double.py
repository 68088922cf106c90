"""An indexed provider: it tells what changed, and is not asked what there is."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO

from provider_core.context import Context
from provider_core.hookspecs import ProviderSpec, hookimpl
from provider_core.model import (
    Content,
    Feature,
    Package,
    PackageId,
    ProviderInfo,
    Snapshot,
)
from provider_core.oci import Descriptor
from provider_core.pouring import pour_image
from provider_core.store import Reader, Writer, pour
from provider_core.testing import SmallImage, small_image

__all__ = ["IndexedDouble", "image_number"]


def image_number(number: int) -> SmallImage:
    """Return the image of the package ``pkg-NUMBER``."""
    return small_image({"srv/number": str(number).encode()})


class IndexedDouble(ProviderSpec):
    """Has generations of package numbers; the token is the number of the generation."""

    def __init__(self, name: str = "indexed-double", scheme: str = "indexed") -> None:
        self.name = name
        self.scheme = scheme
        self.generations: list[range] = []
        """What there was, the present one last."""
        self.interrupt: Callable[[int], None] = lambda _: None
        """Called with each number while the answer is being read."""
        self.before_answer: Callable[[], None] = lambda: None
        self.asked: list[str | None] = []

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        """Say that it is indexed; there is no find."""
        return ProviderInfo(
            name=self.name,
            version="1",
            features=frozenset({Feature.REFRESH, Feature.INSTALL}),
            schemes=(self.scheme,),
        )

    @hookimpl
    def refresh(self, since: str | None, context: Context) -> Snapshot | None:
        """Answer with a generator, as a feed of many documents would."""
        assert context.source is not None
        self.asked.append(since)
        current = len(self.generations)
        if since == str(current):
            return None
        self.before_answer()
        before = self.generations[int(since) - 1] if since else range(0)
        now = self.generations[-1]
        source = context.source.name
        return Snapshot(
            since=since,
            token=str(current),
            upserts=(self._package(source, one) for one in now if one not in before),
            removed=(self._identity(source, one) for one in before if one not in now),
        )

    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Pour an image made on the spot."""
        assert isinstance(package.pin, Descriptor)
        image = image_number(int(package.name.removeprefix("pkg-")))

        def fetch(descriptor: Descriptor, into: Writer) -> None:
            stream: BinaryIO = io.BytesIO(image.blobs[descriptor.digest])
            pour(stream, into, descriptor)

        return pour_image(package.pin, fetch, reader, writer, context.platforms)

    def _package(self, source: str, number: int) -> Package:
        self.interrupt(number)
        pin = Descriptor.of(str(number).encode(), "application/vnd.oci.image.manifest.v1+json")
        if number < 10:
            pin = image_number(number).root
        return Package(id=self._identity(source, number), pin=pin, summary=f"the number {number}")

    def _identity(self, source: str, number: int) -> PackageId:
        return PackageId(provider=self.name, source=source, name=f"pkg-{number}", version="1.0")


provider = IndexedDouble
