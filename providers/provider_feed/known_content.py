"""What receivers have already, by what a sender knows of them: ``--missing-from``.

An inventory tells it exactly.  Where nothing ever comes back, an earlier bundle tells what was
sent, and so does the report or the lock file of an earlier save, as far as its images are here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from feed_format import (
    BASE_TARGET,
    INVENTORY_LIMIT,
    VOLUMES_TARGET,
    Base,
    Inventory,
    Volumes,
    read_feed,
)
from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.disk.failures import disk_errors
from provider_core.errors import NoSuchFile, SizeMismatch, UsageError
from provider_core.model import Content
from provider_core.oci import Descriptor
from provider_core.platforms import Platform, PlatformSet
from provider_core.pouring import select_image
from provider_core.store import Reader
from provider_core.store.graph import walk

from .feed_folders import feed_folders

__all__ = ["known_everywhere"]

_INVENTORY: Final = re.compile(rb'"schema"\s*:\s*"ferry\.inventory/')
_DIGEST: Final = re.compile(rb"sha256:([0-9a-f]{64})\b")
_PLATFORMS: Final = re.compile(rb'"platforms"\s*:\s*"([^"\s]{1,4096})"')
_HEXADECIMAL: Final = re.compile(r"[0-9a-f]{64}")


def known_everywhere(paths: Sequence[str], reader: Reader, context: Context) -> frozenset[Digest]:
    """Return what every one of the receivers has that *paths* tell of; nothing without any.

    Raises NoSuchFile, UsageError for what tells of no content, DocumentError, IntegrityError for
    a damaged bundle, StoreError.
    """
    known = [frozenset(_known(Path(path), reader, context)) for path in paths]
    return frozenset.intersection(*known) if known else frozenset()


def _known(path: Path, reader: Reader, context: Context) -> Iterable[Digest]:
    if path.is_dir():
        return _of_bundle(path)
    data = _read(path)
    if _INVENTORY.search(data[:4096]):
        return Inventory.parse(data).blobs
    roots = {Digest(algorithm="sha256", hex=found.decode()) for found in _DIGEST.findall(data)}
    if not roots:
        raise UsageError(
            f"{path} tells of no content that was sent",
            hint="give an inventory, an earlier bundle, or the report or lock file of a save",
            path=str(path),
        )
    return _of_images(path, roots, _platforms(data), reader, context)


def _of_bundle(path: Path) -> Iterator[Digest]:
    """Yield what the bundle in *path* carries, on all its volumes, and what it relied on."""
    folders = feed_folders(path)
    if not folders:
        raise UsageError(
            f"{path} is no bundle: it has no trust/1.root.json",
            hint="name the folder that was saved to",
            path=str(path),
        )
    folder = folders[0] / "blobs" / "sha256"
    with disk_errors(folder):
        names = os.listdir(folder) if folder.is_dir() else []
    for name in filter(_HEXADECIMAL.fullmatch, names):
        yield Digest(algorithm="sha256", hex=name)
    feed = read_feed(folders[0])
    base, listed = feed.file(BASE_TARGET), feed.file(VOLUMES_TARGET)
    if base is not None:
        yield from Base.parse(base).blobs
    if listed is not None:
        volumes = Volumes.parse(listed)
        yield from (*volumes.whole, *volumes.cut)


def _platforms(data: bytes) -> PlatformSet:
    """Return the platforms that the report *data* was asked for; all if it names none."""
    found = _PLATFORMS.search(data)
    names = found[1].decode() if found else "all"
    if names == "all":
        return PlatformSet.all()
    return PlatformSet.of(*map(Platform.parse, names.split(",")))


def _of_images(
    path: Path, roots: set[Digest], platforms: PlatformSet, reader: Reader, context: Context
) -> Iterator[Digest]:
    """Yield what is below those of *roots* that are installed, as far as *platforms* need it."""
    sent = [
        image.content
        for image in context.catalog.installed()
        if isinstance(image.content.root, Descriptor)
        if image.content.root.digest in roots
    ]
    if not sent:
        raise UsageError(
            f"none of the images that {path} names is installed here",
            hint="install them again, or give the bundle itself",
            path=str(path),
        )
    for content in sent:
        yield from _sent(content, platforms, reader)


def _sent(content: Content, platforms: PlatformSet, reader: Reader) -> Iterator[Digest]:
    """Yield what a save of *content* for *platforms* carried."""

    def load(descriptor: Descriptor) -> bytes | None:
        return reader.read(descriptor) if reader.has(descriptor) else None

    root, whole = content.root, content.referrers
    if not isinstance(root, Descriptor):
        return
    if platforms.is_all:
        whole = (root, *whole)
    else:
        chosen = select_image(root, reader.read, platforms, available=reader.has)
        yield from (descriptor.digest for descriptor in chosen.descriptors)
    yield from (link.descriptor.digest for link in walk(whole, load))


def _read(path: Path) -> bytes:
    with disk_errors(path):
        try:
            with path.open("rb") as file:
                data = file.read(INVENTORY_LIMIT + 1)
        except FileNotFoundError:
            raise NoSuchFile(path) from None
    if len(data) > INVENTORY_LIMIT:
        raise SizeMismatch(INVENTORY_LIMIT, len(data), what=str(path))
    return data
