"""Closed references: what is recorded is whole, whatever a provider says."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from provider_core import (
    Content,
    Context,
    Host,
    Package,
    PackageId,
    Query,
    SimpleProvider,
    hookimpl,
)
from provider_core.errors import ProviderFault
from provider_core.oci import Descriptor
from provider_core.store import Reader, Writer, put
from provider_core.testing import small_image

IMAGE = small_image({"etc/motd": b"hello"})


class Boaster(SimpleProvider):
    """Brings the manifest alone, and says that it brought everything."""

    name = "boaster"

    def packages(self, query: Query, context: Context) -> Iterator[Package]:
        """Offer one image."""
        identity = PackageId(provider=self.name, source="box", name="box", version="1.0")
        yield Package(id=identity, pin=IMAGE.root, platforms=IMAGE.platforms)

    def open(self, descriptor: Descriptor, package: Package, context: Context) -> BinaryIO:
        """Open what is asked for."""
        return io.BytesIO(IMAGE.blobs[descriptor.digest])

    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content:
        """Bring less than is claimed."""
        put(writer, IMAGE.blobs[IMAGE.root.digest], IMAGE.root.media_type)
        return Content(root=IMAGE.root, platforms=IMAGE.platforms)


def test_a_provider_cannot_claim_what_it_did_not_bring(tmp_path: Path) -> None:
    with Host(home=tmp_path / "home", providers=[Boaster]) as host:
        host.add_source("box", str(tmp_path), provider="boaster")
        with pytest.raises(ProviderFault, match="is not in the store"):
            host.install("box")
        assert host.list() == ()
        assert [revision.operation for revision in host.log()] == ["source add"]
