"""SimpleProvider: write `packages` and `open`, receive the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO, ClassVar

from .context import Context
from .errors import NotSupported
from .hookspecs import PROJECT, ProviderSpec, hookimpl
from .model import (
    Content,
    Contents,
    Destination,
    Feature,
    Magic,
    Package,
    ProviderInfo,
    Query,
)
from .oci import Descriptor
from .pouring import pour_image, read_document, select_image
from .store import Reader, Writer, pour

__all__ = ["SimpleProvider"]


class SimpleProvider(ProviderSpec):
    """A provider of OCI images whose author writes two methods.

    ``packages`` lists what a source has, ``open`` gives the bytes of one blob.  Finding,
    planning and installing follow from these.  A hook that a subclass overrides (marked with
    `hookimpl`) is declared as a feature by itself.

    Example::

        class Shelf(SimpleProvider):
            name, version = "shelf", "1.0"

            def packages(self, query, context):
                for title, pin in SHELF.items():
                    yield Package(id=PackageId(provider=self.name, source=context.source.name,
                                               name=title, version="1.0"), pin=pin)

            def open(self, descriptor, package, context):
                return io.BytesIO(BOXES[descriptor.digest])
    """

    name: ClassVar[str]
    """Lower-case letters, digits and hyphens; unique in a host."""
    version: ClassVar[str] = "0"
    summary: ClassVar[str] = ""
    """One line for `ferry provider list`."""
    schemes: ClassVar[tuple[str, ...]] = ()
    """As `ProviderInfo.schemes`; the four below likewise."""
    magic: ClassVar[tuple[Magic, ...]] = ()
    markers: ClassVar[tuple[str, ...]] = ()
    accepts: ClassVar[tuple[str, ...]] = ()
    saves: ClassVar[tuple[Destination, ...]] = ()

    def packages(self, query: Query, context: Context) -> Iterable[Package]:
        """List the packages of ``context.source``; too many are filtered here."""
        raise NotImplementedError

    def open(self, descriptor: Descriptor, package: Package, context: Context) -> BinaryIO:
        """Open one blob of *package*, from its first byte; it need not be seekable.

        Manifests, configs and layers alike.  Called once for each blob that is not here, and
        for documents when a plan is made.  Raises BlobNotFound, TransportError.
        """
        raise NotImplementedError

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        """Declare every hook that this class implements."""
        return ProviderInfo(
            name=self.name,
            version=self.version,
            summary=self.summary,
            features=frozenset(
                feature
                for feature in Feature
                if hasattr(getattr(type(self), feature.value), f"{PROJECT}_impl")
            ),
            schemes=self.schemes,
            magic=self.magic,
            markers=self.markers,
            accepts=self.accepts,
            saves=self.saves,
        )

    @hookimpl
    def find(self, query: Query, context: Context) -> Iterator[Package]:
        """Yield those of `packages` whose name is asked for; the host does the rest."""
        for package in self.packages(query, context):
            if query.wants_name(package.name):
                yield package

    @hookimpl
    def contents(self, package: Package, reader: Reader, context: Context) -> Contents | None:
        """List the blobs of *package*, reading manifests that are not here through `open`."""
        if not isinstance(package.pin, Descriptor):
            return None

        def read(descriptor: Descriptor) -> bytes:
            context.check()
            if reader.has(descriptor):
                return reader.read(descriptor)
            with self.open(descriptor, package, context) as stream:
                return read_document(stream, descriptor)

        selection = select_image(package.pin, read, context.platforms)
        return Contents(descriptors=selection.descriptors)

    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Pour *package* into the store, blob by blob, through `open`."""
        if not isinstance(package.pin, Descriptor):
            raise NotSupported(
                f"{package} is a local file, which {self.name} cannot pour",
                hint="a provider of files overrides `install`",
            )

        def fetch(descriptor: Descriptor, into: Writer) -> None:
            context.check()
            with self.open(descriptor, package, context) as stream:
                pour(stream, into, descriptor)

        return pour_image(package.pin, fetch, reader, writer, context.platforms)
