"""A provider in memory that can do everything, for the conformance kit's own tests."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, ClassVar

from provider_core.context import Context
from provider_core.errors import BlobNotFound, Exists, NotSupported
from provider_core.hookspecs import hookimpl
from provider_core.model import (
    Content,
    Destination,
    Finding,
    Found,
    Held,
    Installed,
    OptionSpec,
    OptionType,
    Package,
    PackageId,
    Query,
    Requirement,
    Saved,
    Snapshot,
    Source,
    Trust,
    Verb,
    Verdict,
)
from provider_core.oci import Descriptor
from provider_core.oci.media_types import OCI_LAYER
from provider_core.platforms import Platform
from provider_core.references import Name, Reference, Uri
from provider_core.simple_provider import SimpleProvider
from provider_core.store import Reader, Writer, copy, put
from provider_core.testing import SmallImage, small_image, small_index

__all__ = ["BOX_TYPE", "Everything", "Shelf"]

BOX_TYPE = "application/x-box"
ARM = Platform(os="linux", architecture="arm64")


def _image(text: str) -> SmallImage:
    data = text.encode() * 2000
    return small_index(
        small_image({"hello.txt": data}), small_image({"hello.txt": data + b"!"}, platform=ARM)
    )


class Shelf:
    """What is on offer, and what changed when."""

    def __init__(self) -> None:
        self.offers = {("Box", "1.0"): _image("one"), ("Box", "2.0"): _image("two")}
        self.changes: list[tuple[str, str]] = []
        self.damaged = False

    def change(self) -> None:
        """Take an offer away and put another one there."""
        del self.offers["Box", "1.0"]
        self.offers["Box", "3.0"] = _image("three")
        self.changes += [("Box", "1.0"), ("Box", "3.0")]

    def damage(self) -> None:
        """Flip the bytes of every layer."""
        self.damaged = True

    def read(self, descriptor: Descriptor) -> bytes:
        """Return a blob of any image."""
        for image in self.offers.values():
            if descriptor.digest in image.blobs:
                data = image.blobs[descriptor.digest]
                flip = self.damaged and descriptor.media_type == OCI_LAYER
                return bytes(255 - byte for byte in data) if flip else data
        raise BlobNotFound(descriptor.digest, "the shelf")


class Everything(SimpleProvider):
    """Every feature there is, over a Shelf."""

    name, version = "everything", "1.0"
    schemes = ("shelf",)
    accepts: ClassVar[tuple[str, ...]] = (BOX_TYPE,)
    saves = (Destination(suffix=".box", takes=(BOX_TYPE,)),)

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    @hookimpl
    def options(self) -> Iterator[OptionSpec]:
        yield OptionSpec(name="lid", verb=Verb.SAVE, type=OptionType.CHOICE, choices=("on", "off"))

    @hookimpl
    def check_source(self, source: Source, context: Context) -> Source:
        return replace(source, location=source.location.rstrip("/"), trust=Trust.ACCEPTED)

    @hookimpl
    def verify(self, reference: Reference, context: Context) -> Iterator[Verdict]:
        yield Verdict(place=str(reference), kind="shelf")

    @hookimpl
    def diagnose(self, context: Context) -> Iterator[Finding]:
        yield Finding(what="shelf", status="ok", detail=f"{len(self.shelf.offers)} offers")

    def packages(self, query: Query, context: Context) -> Iterator[Package]:
        yield from self._listed(context.source.name if context.source else "")

    def open(self, descriptor: Descriptor, package: Package, context: Context) -> BinaryIO:
        return io.BytesIO(self.shelf.read(descriptor))

    @hookimpl
    def search(self, words: str, limit: int, context: Context) -> Iterator[Found]:
        assert context.source is not None
        names = dict.fromkeys(name for name, _ in self.shelf.offers if words in name.lower())
        for name in list(names)[:limit]:
            yield Found(source=context.source.name, name=name, stars=1)

    @hookimpl
    def refresh(self, since: str | None, context: Context) -> Snapshot | None:
        assert context.source is not None
        token, changes = str(len(self.shelf.changes)), self.shelf.changes
        offers = list(self._listed(context.source.name))
        if since is None or not since.isdigit():
            return Snapshot(since=None, token=token, upserts=offers)
        changed = set(changes[int(since) :])
        gone = [
            PackageId(provider=self.name, source=context.source.name, name=name, version=version)
            for name, version in changed - self.shelf.offers.keys()
        ]
        if not changed:
            return None
        fresh = [offer for offer in offers if (offer.name, offer.version) in changed]
        return Snapshot(since=since, token=token, upserts=fresh, removed=gone)

    @hookimpl
    def resolve(self, reference: Reference, context: Context) -> Iterable[Package]:
        return self._listed("") if isinstance(reference, Uri) else ()

    @hookimpl
    def dependencies(self, package: Package, context: Context) -> Iterator[Requirement]:
        yield Requirement(name=Name(name="base"), reason="base image")

    @hookimpl
    def order(self, packages: Sequence[Package], context: Context) -> Sequence[Package]:
        return sorted(packages, key=lambda package: package.version)

    @hookimpl
    def convert(
        self, content: Content, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        if content.root.media_type != BOX_TYPE:
            return None
        with reader.open(content.root) as raw:
            image = small_image({"box": raw.read()})
        return replace(image.pour(writer), original=content.root)

    @hookimpl
    def save(
        self, images: Sequence[Held], destination: str, reader: Reader, context: Context
    ) -> Saved:
        target, half = Path(destination), Path(destination + ".half")
        if target.exists() and not context.options["force"]:
            raise Exists(destination)
        try:
            with half.open("wb") as file:
                for image in images:
                    copy(reader, _root(image), file.write)
                    self._copy_below(image, reader, file)
                size = file.tell()
            os.replace(half, target)
        finally:
            half.unlink(missing_ok=True)
        return Saved(
            location=destination,
            names=tuple(name for image in images for name in image.names),
            roots=tuple(_root(image).digest for image in images),
            written=size,
        )

    @hookimpl
    def uninstall(self, installed: Installed, context: Context) -> None:
        (context.state.folder / "mounts").write_text(installed.name)

    def raw(self, writer: Writer) -> Content:
        """Pour something that `convert` takes."""
        return Content(root=put(writer, b"box" * 1000, BOX_TYPE))

    def _copy_below(self, image: Held, reader: Reader, file: BinaryIO) -> None:
        offered = self.shelf.offers[image.package.name, image.package.version]
        for blob in offered.contents[1:]:
            copy(reader, blob, file.write)

    def _listed(self, source: str) -> Iterator[Package]:
        for (name, version), image in self.shelf.offers.items():
            identity = PackageId(provider=self.name, source=source, name=name, version=version)
            yield Package(id=identity, pin=image.root, platforms=image.platforms)


def _root(image: Held) -> Descriptor:
    if not isinstance(image.content.root, Descriptor):
        raise NotSupported("a local file cannot be saved here", hint="convert it first")
    return image.content.root
