"""From files and folders to packages: one for each image that can be installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from provider_core.context import Context
from provider_core.errors import (
    IntegrityError,
    NoSuchFile,
    NotSupported,
    StoreError,
    UsageError,
)
from provider_core.model import Package, Source, Trust
from provider_core.passing_over import packages_of_each

from .choosing import candidates, choose
from .image import windows_architecture
from .media import MAGIC, PIPABLE
from .offers import offer
from .reading import Listing, list_file, parts_beside
from .tree import WimImage

__all__ = ["checked_source", "files_at", "local_path", "packages_called", "packages_named"]

_MOST_NAME = 512


def local_path(text: str) -> Path:
    """Return *text* as an absolute path, ``~`` expanded; UsageError if it is a URL."""
    if "://" in text:
        raise UsageError(f"{text!r} is not a path", hint="give a folder or a .wim file")
    return Path(text).expanduser().absolute()


def checked_source(source: Source) -> Source:
    """Return *source* with its location absolute: a file, or a folder with files in it.

    Raises UsageError if there is nothing of ours, NoSuchFile.
    """
    path = local_path(source.location)
    if next(files_at(path), None) is None:
        raise UsageError(
            f"{path} holds no Windows image file",
            hint="a source of these is a .wim, .swm or .esd file, or a folder with some",
        )
    return replace(source, location=str(path), trust=Trust.ACCEPTED)


def files_at(path: Path) -> Iterator[Path]:
    """Return the files of ours at *path* or directly in it, by name; their content decides.

    Raises NoSuchFile, StoreError.
    """
    return filter(_is_ours, _places(path))


def packages_called(
    wanted: Callable[[str], bool], path: Path, source: str, context: Context
) -> Iterator[Package]:
    """Yield the packages at *path* with a *wanted* name; see `packages_of_each`."""

    def wanted_of(place: Path) -> Iterator[Package]:
        packages = _packages_of(place, source, context) if _is_ours(place) else ()
        return (package for package in packages if wanted(package.name))

    damage = (IntegrityError, NoSuchFile, NotSupported, StoreError)
    return packages_of_each(_places(path), wanted_of, context, damage=damage)


def packages_named(path: Path, context: Context) -> Iterator[Package]:
    """Yield what the user means by *path*: of a file the one image that the options choose.

    Raises Ambiguous with the list if a file has several and none is chosen, PackageNotFound.
    """
    if path.is_dir():
        for place in files_at(path):
            yield from _packages_of(place, "", context)
        return
    for place in files_at(path):
        listed = _listed(place)
        if listed.header.part != 1:
            raise NotSupported(
                f"{place.name} is part {listed.header.part} of a split set",
                hint="name its first part, beside which the others lie",
            )
        name = context.options.get("name") or ""
        image = choose(
            listed.images,
            index=context.options.get("index"),
            name=name,
            what=f"the file {place.name}",
        )
        if image.name.casefold() == name.casefold():
            name = ""
        yield _called(_offered(image, place, listed, "", context), name, context)


def _packages_of(place: Path, source: str, context: Context) -> Iterator[Package]:
    """Yield the packages of a file, of which only header and XML are read.

    Of a split set the first part counts.  What is damaged is named by its path: a folder may
    hold many files.
    """
    context.check()
    listed = _listed(place)
    if listed.header.part == 1:
        for image in candidates(listed.images):
            yield _offered(image, place, listed, source, context)


def _called(package: Package, name: str, context: Context) -> Package:
    """Return *package* under the name and version that the user gives it."""
    version = context.options.get("version") or package.version
    for text in (name, version):
        if len(text) > _MOST_NAME or not text.isprintable():
            raise UsageError(f"{text[:80]!a} is no name or version", hint="use letters and digits")
    return replace(package, id=replace(package.id, name=name or package.name, version=version))


def _offered(
    image: WimImage, path: Path, listed: Listing, source: str, context: Context
) -> Package:
    with _reading(path):
        paths = (path,) if listed.header.parts == 1 else parts_beside(path, listed.header.parts)
        return offer(
            image,
            paths,
            listed,
            source=source,
            architecture=windows_architecture(context.platforms),
            publisher=str(context.options.get("publisher") or ""),
        )


def _listed(path: Path) -> Listing:
    try:
        with _reading(path), path.open("rb") as file:
            return list_file(file)
    except IntegrityError as error:
        _name(path, error)
        raise


def _name(path: Path, error: IntegrityError) -> None:
    """Say in *error* which file it is about."""
    if str(path) not in error.message:
        error.message = f"{path}: {error.message}"
        error.args = (error.message,)
        error.fields["file"] = str(path)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn an OSError about *path* into NoSuchFile or StoreError."""
    try:
        yield
    except FileNotFoundError as error:
        raise NoSuchFile(path) from error
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read: {error.strerror or error}", hint="check the permissions"
        ) from error


def _places(path: Path) -> list[Path]:
    """Return *path* if it is a file, or what is directly in it."""
    with _reading(path):
        if not path.exists():
            raise NoSuchFile(path)
        return sorted(path.iterdir()) if path.is_dir() else [path]


def _is_ours(path: Path) -> bool:
    with _reading(path):
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(MAGIC)) in (MAGIC, PIPABLE)
