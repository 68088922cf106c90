"""WimProvider: the hooks, each a few lines over the modules that do the work.

They import these when they are called, since every command reads every provider's card.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from provider_core.context import Context
from provider_core.hookspecs import ProviderSpec, hookimpl
from provider_core.model import (
    Content,
    Destination,
    Feature,
    Finding,
    Held,
    Magic,
    OptionSpec,
    Package,
    ProviderInfo,
    Query,
    Saved,
    Source,
)
from provider_core.references import FilePath, Reference
from provider_core.store import Reader, Writer

from .media import MAGIC, MARKERS, PIPABLE, PROVIDER, SUFFIX, WIM
from .options import OPTIONS

__all__ = ["WimProvider"]


class WimProvider(ProviderSpec):
    """Windows images in .wim, .swm and .esd files, recognised by content."""

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        """Return the card; no I/O."""
        return ProviderInfo(
            name=PROVIDER,
            version="0.1.0",
            summary="Windows images in .wim, .swm and .esd files",
            features=frozenset(
                {
                    Feature.FIND,
                    Feature.RESOLVE,
                    Feature.INSTALL,
                    Feature.CONVERT,
                    Feature.SAVE,
                    Feature.CHECK_SOURCE,
                    Feature.DIAGNOSE,
                }
            ),
            magic=(Magic(signature=MAGIC), Magic(signature=PIPABLE)),
            markers=MARKERS,
            accepts=(WIM,),
            saves=(Destination(suffix=SUFFIX, takes=(WIM,)),),
        )

    @hookimpl
    def options(self) -> Iterable[OptionSpec]:
        """Return what the user can say about files and what is made of them."""
        return OPTIONS

    @hookimpl
    def check_source(self, source: Source, context: Context) -> Source:
        """Take a file, or a folder with files; see `finding.checked_source`."""
        from .finding import checked_source

        return checked_source(source)

    @hookimpl
    def diagnose(self, context: Context) -> Iterable[Finding]:
        """Say whether libwim is here, and how to get it; see `diagnosing`."""
        from .diagnosing import findings

        return findings()

    @hookimpl
    def find(self, query: Query, context: Context) -> Iterable[Package]:
        """Yield the images of the source whose name is asked for; see `finding.packages_called`.

        Raises NoSuchFile, StoreError, IntegrityError, NotSupported.
        """
        from .finding import packages_called

        if context.source is not None:
            path, source = Path(context.source.location), context.source.name
            yield from packages_called(query.wants_name, path, source, context)

    @hookimpl
    def resolve(self, reference: Reference, context: Context) -> Iterable[Package]:
        """List what a file or folder means; see `finding.packages_named`.

        Raises NoSuchFile, Ambiguous, PackageNotFound, IntegrityError.
        """
        from .finding import local_path, packages_named

        if isinstance(reference, FilePath):
            yield from packages_named(local_path(reference.path), context)

    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Leave the file where it lies: `convert` makes the image of it."""
        return Content(root=package.pin)

    @hookimpl
    def convert(
        self, content: Content, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Make an image with one layer; see `converting.convert_file`.

        Raises IntegrityError, NotSupported, Ambiguous, Conflict.
        """
        from .converting import convert_file

        return convert_file(content, reader, writer, context)

    @hookimpl
    def save(
        self, images: Sequence[Held], destination: str, reader: Reader, context: Context
    ) -> Saved | None:
        """Write one image to a .wim file: the one it came from, or a new one.

        Raises Exists, NoSpace, NoSuchFile, StoreError, NotSupported, IntegrityError.
        """
        from .saving import save_file

        return save_file(images, destination, reader, context)
