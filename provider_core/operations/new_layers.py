"""The layer of a new image: the difference to a folder, or an archive as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ..errors import NoSuchFile, StoreError
from ..layers import (
    Folder,
    LayerPacker,
    PackedLayer,
    difference,
    layer_size,
    pack,
    packed_limit,
    read_layer,
    unpacked,
    write_layer,
)
from ..oci import Descriptor
from ..store import Writer
from .new_base import Base, tree_of

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["layer_of_archive", "layer_of_folder", "repacked"]


def layer_of_folder(
    resources: Resources, writer: Writer, path: Path, base: Base | None, newest: int | None
) -> PackedLayer | None:
    """Pack what makes of *base* the file system in *path*; None if nothing does.

    Raises Conflict if a file changes meanwhile, NoSuchFile, StoreError, NotSupported.
    """
    with Folder(path) as folder:
        changes = difference(tree_of(resources, base), folder.tree())
        if folder.left_out and resources.progress is not None:
            resources.progress.notice(
                f"sockets are left out, since no layer can hold them: {', '.join(folder.left_out)}"
            )
        if not changes:
            return None
        size = layer_size(changes)
        pieces = write_layer(changes, folder.open, newest=newest)
        with writer.compute(packed_limit(size)) as computed:
            return pack(_shown(resources, pieces, f"packing {path}", size), computed)


def layer_of_archive(resources: Resources, writer: Writer, archive: Path | BinaryIO) -> PackedLayer:
    """Pack *archive* as a layer, once it was read as one.

    Raises DocumentError for what is no archive of a layer, NoSuchFile, StoreError.
    """
    with _opened(archive) as stream, writer.compute(resources.free_bytes()) as computed:
        packer = LayerPacker(computed)

        def passed() -> Iterator[bytes]:
            for piece in _shown(resources, unpacked(stream), "reading the archive", None):
                packer.write(piece)
                yield piece

        for _ in read_layer(passed()):
            pass
        return packer.finish()


def repacked(resources: Resources, writer: Writer, layer: Descriptor) -> PackedLayer:
    """Pack a layer of the store anew, as gzip."""
    with (
        resources.store.open(layer) as stream,
        writer.compute(resources.free_bytes()) as computed,
    ):
        pieces = unpacked(stream)
        return pack(_shown(resources, pieces, f"packing {layer.digest.short}", None), computed)


def _shown(
    resources: Resources, pieces: Iterator[bytes], label: str, size: int | None
) -> Iterator[bytes]:
    """Pass *pieces* on, showing how many bytes there were; ends when the user wants it."""
    progress = resources.progress
    if progress is not None:
        progress.start(label, label, size)
    for piece in pieces:
        resources.cancel.check()
        if progress is not None:
            progress.advance(label, len(piece))
        yield piece
    if progress is not None:
        progress.done(label)


def _opened(archive: Path | BinaryIO) -> AbstractContextManager[BinaryIO]:
    if not isinstance(archive, Path):
        return nullcontext(archive)
    try:
        return archive.open("rb")
    except FileNotFoundError as error:
        raise NoSuchFile(archive) from error
    except OSError as error:
        raise StoreError(
            f"{archive} cannot be read: {error.strerror}", hint="check its permissions"
        ) from error
