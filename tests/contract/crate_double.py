"""A provider in one file, for `provider_paths`: crates that are the same in every process."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from functools import cache
from typing import BinaryIO

from provider_core.context import Context
from provider_core.model import Package, PackageId, Query
from provider_core.oci import Descriptor
from provider_core.simple_provider import SimpleProvider
from provider_core.testing import SmallImage, small_image

__all__ = ["CrateDouble", "crate"]

_NAMES = ("shared-0", "shared-1", "shared-2", *(f"own-{number}" for number in range(8)))


@cache
def crate(name: str) -> SmallImage:
    """Return the image *name*: a layer that all have, and two of its own."""
    common = small_image({"srv/common": random.Random("common").randbytes(200_000)})
    middle = small_image({"srv/middle": random.Random(name).randbytes(300_000)}, base=common)
    return small_image({"srv/name": name.encode()}, base=middle)


class CrateDouble(SimpleProvider):
    """Has version 1 of three shared names and eight others."""

    name = "crate-double"
    schemes = ("crate",)

    def packages(self, query: Query, context: Context) -> Iterator[Package]:
        """List the crates that are asked for."""
        assert context.source is not None
        for name in filter(query.wants_name, _NAMES):
            identity = PackageId(
                provider=self.name, source=context.source.name, name=name, version="1"
            )
            yield Package(id=identity, pin=crate(name).root)

    def open(self, descriptor: Descriptor, package: Package, context: Context) -> BinaryIO:
        """Open a blob of a crate."""
        return io.BytesIO(crate(package.name).blobs[descriptor.digest])


provider = CrateDouble
