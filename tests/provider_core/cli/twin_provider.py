"""One name and version for two platforms, from a provider that cannot list its blobs."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from provider_core.context import Context
from provider_core.hookspecs import hookimpl
from provider_core.model import Contents, Package, PackageId, Query
from provider_core.oci import Descriptor
from provider_core.platforms import Platform
from provider_core.simple_provider import SimpleProvider
from provider_core.store import Reader
from provider_core.testing import small_image

PLATFORMS = (Platform.parse("linux/amd64"), Platform.parse("linux/arm64"))
IMAGES = {one: small_image({"twin": str(one).encode()}, platform=one) for one in PLATFORMS}


class Twins(SimpleProvider):
    """The same name and version twice."""

    name = "twins"
    version = "1"
    summary = "One version for two platforms"
    schemes = ("twins",)

    def packages(self, query: Query, context: Context) -> Iterator[Package]:
        """List both."""
        assert context.source is not None
        for platform, image in IMAGES.items():
            identity = PackageId(
                provider="twins",
                source=context.source.name,
                name="Twin",
                version="1.0",
                platform=platform,
            )
            yield Package(id=identity, pin=image.root, platforms=(platform,), size=image.size)

    @hookimpl
    def contents(self, package: Package, reader: Reader, context: Context) -> Contents | None:
        """Leave the plan to guess by the package's size."""
        return None

    def open(self, descriptor: Descriptor, package: Package, context: Context) -> BinaryIO:
        """Open a blob."""
        assert package.id.platform is not None
        return io.BytesIO(IMAGES[package.id.platform].blobs[descriptor.digest])


provider = Twins
