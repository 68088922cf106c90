"""A provider in one file, for `provider_paths`: `user` requires `tool`; both share a layer."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache
from typing import BinaryIO

from provider_core.context import Context
from provider_core.model import Package, PackageId, Query, Requirement
from provider_core.oci import Descriptor
from provider_core.references import Name
from provider_core.simple_provider import SimpleProvider
from provider_core.testing import SmallImage, small_image

__all__ = ["NeedyDouble"]


@cache
def _image(name: str) -> SmallImage:
    common = small_image({"srv/common": b"common" * 20_000})
    return small_image({"srv/name": name.encode()}, base=common)


class NeedyDouble(SimpleProvider):
    """Has version 1 of `tool` and of `user`, which requires it."""

    name = "needy-double"
    schemes = ("needy",)

    def packages(self, query: Query, context: Context) -> Iterator[Package]:
        """List what is asked for."""
        assert context.source is not None
        for name in filter(query.wants_name, ("tool", "user")):
            identity = PackageId(
                provider=self.name, source=context.source.name, name=name, version="1"
            )
            needs = (Requirement(name=Name(name="tool")),) if name == "user" else ()
            yield Package(id=identity, pin=_image(name).root, requires=needs)

    def open(self, descriptor: Descriptor, package: Package, context: Context) -> BinaryIO:
        """Open a blob."""
        return io.BytesIO(_image(package.name).blobs[descriptor.digest])


provider = NeedyDouble
