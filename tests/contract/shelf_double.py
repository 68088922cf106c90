"""A provider of memory: shelves full of images, which may be forgetful, faulty or slow."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.errors import Error
from provider_core.hookspecs import hookimpl
from provider_core.model import OptionSpec, Package, PackageId, Query, Source, Trust, Verb
from provider_core.oci import Descriptor
from provider_core.simple_provider import SimpleProvider
from provider_core.testing import SmallImage, small_image

__all__ = ["Shelf", "image_of"]


def image_of(text: str, **fields: Any) -> SmallImage:
    """Return an image whose content is *text*."""
    return small_image({"srv/text": text.encode()}, **fields)


class Shelf(SimpleProvider):
    """Each location (``shelf://NAME``) is a shelf; tests fill them with `put`."""

    name = "shelf"
    schemes = ("shelf",)

    def __init__(self) -> None:
        self.packages_at: dict[str, list[Package]] = defaultdict(list)
        self.blobs: dict[Digest, bytes] = {}
        self.faults: dict[str, Exception] = {}
        """What asking a location raises."""
        self.refused: dict[Digest, Error] = {}
        """What opening a blob raises."""
        self.opened: list[Digest] = []
        self.asked: list[str] = []
        self.before_open: Callable[[Descriptor, Context], None] = lambda _, __: None

    def put(self, shelf: str, name: str, version: str, image: SmallImage, **fields: Any) -> Package:
        """Lay *image* on a shelf; a package of the same name and version goes."""
        package = Package(
            id=PackageId(provider=self.name, source=shelf, name=name, version=version),
            pin=image.root,
            platforms=image.platforms,
            **fields,
        )
        shelf_packages = self.packages_at[f"shelf://{shelf}"]
        shelf_packages[:] = [one for one in shelf_packages if one.id != package.id]
        shelf_packages.append(package)
        self.blobs.update(image.blobs)
        return package

    @hookimpl
    def options(self) -> Iterator[OptionSpec]:
        """Offer the one option of a source."""
        yield OptionSpec(name="colour", verb=Verb.SOURCE)

    @hookimpl
    def check_source(self, source: Source, context: Context) -> Source:
        """Trust every shelf but those of strangers."""
        strange = source.location.endswith("stranger")
        return replace(source, trust=Trust.UNTRUSTED if strange else Trust.ACCEPTED)

    def packages(self, query: Query, context: Context) -> Iterator[Package]:
        """List a shelf, or fail as it was told."""
        assert context.source is not None
        location = context.source.location
        self.asked.append(location)
        if location in self.faults:
            raise self.faults[location]
        for package in self.packages_at[location]:
            yield replace(package, id=replace(package.id, source=context.source.name))

    def open(self, descriptor: Descriptor, package: Package, context: Context) -> BinaryIO:
        """Open a blob, or fail as it was told."""
        self.before_open(descriptor, context)
        if descriptor.digest in self.refused:
            raise self.refused[descriptor.digest]
        self.opened.append(descriptor.digest)
        return io.BytesIO(self.blobs[descriptor.digest])


provider = Shelf
