"""From a path to packages, and from a package back to where its bytes are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.errors import (
    Ambiguous,
    BlobNotFound,
    Conflict,
    IntegrityError,
    NotSupported,
)
from provider_core.model import FileMark, FileStamp, Package
from provider_core.oci import Descriptor
from provider_core.oci.json_document import DOCUMENT_LIMIT
from provider_core.passing_over import packages_of_each

from .docker_images import DOCKER_INDEX, DockerImage, parse_docker_index
from .holders import Holder, file_error, read_file
from .layout import Layout
from .layout_listing import Wants
from .listing import list_packages
from .names import checked
from .openings import open_archive, open_holder
from .origin import Origin
from .places import places
from .travel import LOCATION

__all__ = ["docker_image_of", "layout_of", "packages_at", "packages_called", "paths_of", "renamed"]


def packages_called(wants: Wants, path: Path, source: str, context: Context) -> Iterator[Package]:
    """Yield the packages of the source at *path* with a wanted name; see `packages_of_each`."""
    return packages_of_each(
        places(path),
        lambda place: _packages_of(place, source, context, wants),
        context,
        damage=(IntegrityError,),
    )


def packages_at(path: Path, context: Context) -> Iterator[Package]:
    """Yield the packages of the layouts and archives at *path*, which the user named."""
    for place in places(path):
        yield from _packages_of(place, "", context, lambda name: True)


def _packages_of(place: Path, source: str, context: Context, wants: Wants) -> Iterator[Package]:
    """Yield the wanted packages of one place; what is damaged is named by its path."""
    context.check()
    try:
        mark = FileMark.of(place)
    except OSError as error:
        raise file_error(place, error) from error
    try:
        with open_holder(place, context) as holder:
            if holder is not None:
                origin = Origin(path=place, mark=mark, source=source)
                yield from list_packages(holder, origin, wants)
    except IntegrityError as error:
        _name(place, error)
        raise


def _name(place: Path, error: IntegrityError) -> None:
    if str(place) not in error.message:
        error.message = f"{place}: {error.message}"
        error.args = (error.message,)
        error.fields["file"] = str(place)


def renamed(packages: Sequence[Package], options: Mapping[str, Any]) -> Sequence[Package]:
    """Apply the options ``name`` and ``version``.

    Raises Ambiguous if they are given for several images.
    """
    name, version = options.get("name") or "", options.get("version") or ""
    if not packages or not (name or version):
        return packages
    if len({package.pin for package in packages}) > 1:
        raise Ambiguous(
            "--name or --version",
            [str(package) for package in packages],
            hint="they name one image; this holds several, so leave them out",
        )
    name, version = checked(name or packages[0].name, version or packages[0].version)
    return [replace(packages[0], id=replace(packages[0].id, name=name, version=version))]


def paths_of(package: Package, context: Context) -> Iterator[Path]:
    """Yield where *package* may be: the file it was listed from, or the places of its source."""
    if context.source is not None:
        yield from places(Path(context.source.location))
    elif LOCATION in package.annotations:
        yield Path(package.annotations[LOCATION])
    else:
        raise NotSupported(
            f"{package} does not say which file it is in",
            hint="name the archive or folder: `ferry install ./FILE.tar`",
        )


@contextmanager
def layout_of(package: Package, pin: Descriptor, context: Context) -> Iterator[Layout]:
    """Open the layout that holds *pin*; BlobNotFound if none does any more."""
    for path in paths_of(package, context):
        with open_holder(path, context) as holder:
            if holder is not None and Layout.is_in(holder):
                layout = Layout(holder)
                if layout.has(pin):
                    yield layout
                    return
    raise BlobNotFound(
        pin.digest,
        context.source.location if context.source else package.annotations[LOCATION],
        hint="the file was changed since it was listed; list it again",
    )


@contextmanager
def docker_image_of(
    stamp: FileStamp, stream: BinaryIO, context: Context
) -> Iterator[tuple[Holder, DockerImage]]:
    """Open the image of a docker-archive that *stamp* selects, in its file *stream*.

    Raises Conflict if the archive lists other images than when it was stamped.
    """
    path = Path(stamp.files[0].path)
    with open_archive(path, stream, context) as holder:
        data = b"" if holder is None else read_file(holder, DOCKER_INDEX, DOCUMENT_LIMIT)
        if holder is None or Digest.of(data) != stamp.digest:
            raise Conflict(f"{path} was changed since it was listed", hint="run the command again")
        yield holder, parse_docker_index(data)[int(stamp.selector)]
