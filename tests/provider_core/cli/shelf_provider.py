"""A provider of a few small images, as a user names it with --provider-path."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from provider_core.context import Context
from provider_core.errors import TimedOut
from provider_core.model import Package, PackageId, Parent, Query, Requirement
from provider_core.oci import Descriptor
from provider_core.references import Name
from provider_core.simple_provider import SimpleProvider
from provider_core.testing import SmallImage, small_image

BASE = small_image(
    {"nano.txt": b"nano server"}, created="2016-02-01T00:00:00Z", cmd=("cmd", "/S", "/C")
)
NEWER = small_image({"nano.txt": b"newer nano server"}, created="2016-03-01T00:00:00Z")
WEB = small_image(
    {"iis.txt": b"web server " * 300},
    base=BASE,
    created="2016-02-14T12:00:00Z",
    annotations={"org.opencontainers.image.vendor": "CN=Demo"},
)
OTHER = small_image({"evil.txt": b"evil"})

SHELF: dict[tuple[str, str], SmallImage] = {
    ("NanoServer", "10.0.10586.0"): BASE,
    ("NanoServer", "10.0.14289.1000"): NEWER,
    ("NanoServerIIS", "10.0.10586.0"): WEB,
    ("evil\x1b[31m\u202ename", "1.0\x07"): OTHER,
    ("evil$(id)", "1.0"): OTHER,
}
SUMMARY = "Container OS Image of Windows Server 2016 Technical Preview, the small one of the two"


class Shelf(SimpleProvider):
    """Images by name and version; a source at shelf://down does not answer."""

    name = "shelf"
    version = "1.5"
    summary = "Small images on a shelf"
    schemes = ("shelf",)

    def packages(self, query: Query, context: Context) -> Iterator[Package]:
        """List the shelf."""
        assert context.source is not None
        if context.source.location == "shelf://down":
            raise TimedOut("the shelf\x1b[2J", 3)
        for (name, version), image in SHELF.items():
            yield _package(context.source.name, name, version, image)

    def open(self, descriptor: Descriptor, package: Package, context: Context) -> BinaryIO:
        """Open a blob."""
        context.progress.start(str(descriptor.digest), package.name, descriptor.size)
        image = SHELF[package.name, package.version]
        return io.BytesIO(image.blobs[descriptor.digest])


def _package(source: str, name: str, version: str, image: SmallImage) -> Package:
    web = image is WEB
    nano = Name(name="NanoServer", tag="10.0.10586.0")
    return Package(
        id=PackageId(provider="shelf", source=source, name=name, version=version),
        pin=image.root,
        platforms=image.platforms,
        publisher="CN=Demo" if web else "CN=Microsoft",
        summary=SUMMARY,
        is_os_image=not web,
        parent=Parent(name="NanoServer", version="10.0.10586.0", publisher="CN=Microsoft")
        if web
        else None,
        requires=(Requirement(name=nano, reason="parent"),) if web else (),
        size=image.size,
        published="2016-02-14T00:00:00Z",
    )


provider = Shelf
