"""ArchiveProvider: the hooks, each a few lines over the modules that do the work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from provider_core.context import Context
from provider_core.errors import NoSuchFile, NotSupported
from provider_core.hookspecs import ProviderSpec, hookimpl
from provider_core.model import (
    Content,
    Contents,
    Destination,
    Feature,
    FileStamp,
    Held,
    Magic,
    OptionSpec,
    Package,
    ProviderInfo,
    Query,
    Saved,
    Source,
    Verb,
)
from provider_core.references import FilePath, Reference
from provider_core.store import Reader, Writer

from .archive_plan import plan_archive
from .archive_writer import stream_archive, write_archive
from .docker_install import docker_contents, install_docker
from .finding import docker_image_of, layout_of, packages_at, packages_called, paths_of, renamed
from .holders import open_file
from .layout_install import install_layout, layout_contents
from .openings import is_compressed
from .origin import PROVIDER
from .places import MARKERS, checked_source, local_path

__all__ = ["ArchiveProvider"]

_SUFFIX = ".tar"
_SAMPLES = Source(
    name="samples",
    provider=PROVIDER,
    location=str(Path(__file__).with_name("samples")),
    fallback=True,
)
"""Small images that come along, to be found until the user adds a source; see make_samples."""


class ArchiveProvider(ProviderSpec):
    """Images in docker-archives, OCI archives and OCI layout folders.

    Archives may have gzip or zstd around them and are recognised by content.  Saved archives
    are OCI archive and docker-archive at once.
    """

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        """Return the card; no I/O."""
        return ProviderInfo(
            name=PROVIDER,
            version="0.1.0",
            summary="docker and OCI archives (.tar), OCI layout folders",
            features=frozenset(
                {
                    Feature.FIND,
                    Feature.RESOLVE,
                    Feature.CONTENTS,
                    Feature.INSTALL,
                    Feature.SAVE,
                    Feature.CHECK_SOURCE,
                }
            ),
            magic=(
                Magic(signature=b"ustar", offset=257),
                Magic(signature=b"\x1f\x8b"),
                Magic(signature=b"\x28\xb5\x2f\xfd"),
            ),
            markers=MARKERS,
            saves=(Destination(suffix=_SUFFIX, stream=True),),
            sources=(_SAMPLES,),
        )

    @hookimpl
    def options(self) -> Iterable[OptionSpec]:
        """Name an image that has no name of its own, or another one than wanted."""
        return (
            OptionSpec(name="name", verb=Verb.INSTALL, help="name of the one image in the file"),
            OptionSpec(name="version", verb=Verb.INSTALL, help="its version"),
        )

    @hookimpl
    def check_source(self, source: Source, context: Context) -> Source:
        """Take a layout, an archive, or a folder of these; see `places.checked_source`."""
        return checked_source(source)

    @hookimpl
    def find(self, query: Query, context: Context) -> Iterable[Package]:
        """Yield the packages of the source whose name is asked for; reads no layers."""
        if context.source is None:
            return ()
        path = Path(context.source.location)
        return packages_called(query.wants_name, path, context.source.name, context)

    @hookimpl
    def resolve(self, reference: Reference, context: Context) -> Iterable[Package]:
        """List the images of a file or folder, under ``--name`` and ``--version`` if given.

        Raises NoSuchFile, Ambiguous, IntegrityError.
        """
        if not isinstance(reference, FilePath):
            return ()
        path = local_path(reference.path)
        if not path.exists():
            raise NoSuchFile(path)
        return renamed(list(packages_at(path, context)), context.options)

    @hookimpl
    def contents(self, package: Package, reader: Reader, context: Context) -> Contents | None:
        """List the blobs of *package*; None for a compressed archive, which costs its reading."""
        if isinstance(package.pin, FileStamp):
            path = Path(package.pin.files[0].path)
            if is_compressed(path):
                return None
            with (
                open_file(path) as stream,
                docker_image_of(package.pin, stream, context) as (holder, image),
            ):
                return docker_contents(holder, image)
        if any(map(is_compressed, paths_of(package, context))):
            return None
        with layout_of(package, package.pin, context) as layout:
            return layout_contents(layout, package.pin, context.platforms)

    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Pour *package* into the store.

        Raises IntegrityError for what is damaged, BlobNotFound for what is missing, Conflict
        if the file was changed since it was listed.
        """
        if isinstance(package.pin, FileStamp):
            with (
                reader.open(package.pin) as stream,
                docker_image_of(package.pin, stream, context) as (holder, image),
            ):
                return install_docker(holder, image, writer, context)
        with layout_of(package, package.pin, context) as layout:
            return install_layout(layout, package.pin, reader, writer, context)

    @hookimpl
    def save(
        self, images: Sequence[Held], destination: str, reader: Reader, context: Context
    ) -> Saved | None:
        """Write one archive of all *images*, or nothing; to "-" as a stream; see `archive_plan`.

        Raises Exists, NoSpace, NoSuchFile, StoreError, NotSupported, Ambiguous.
        """
        if destination == "-" and context.sink is not None:
            plan = plan_archive(images, reader)
            written = stream_archive(plan, context.sink, reader, context)
            return Saved(location="-", names=plan.names, roots=plan.roots, written=written)
        if not destination.lower().endswith(_SUFFIX):
            raise NotSupported(
                f"{destination} is no archive that can be written",
                hint="name it .tar; its layers are compressed already",
            )
        path = local_path(destination)
        plan = plan_archive(images, reader)
        force = bool(context.options.get("force"))
        written = write_archive(plan, path, reader, context, force=force)
        return Saved(location=str(path), names=plan.names, roots=plan.roots, written=written)
