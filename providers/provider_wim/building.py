"""Building a .wim file of an image's layers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final

from provider_core.compression import HEAD, compression_of, decompressed
from provider_core.context import Context
from provider_core.digests import Hasher
from provider_core.errors import DigestMismatch, NotSupported
from provider_core.oci import Descriptor
from provider_core.replacing import Output, replacing
from provider_core.store import Reader

from .layer.flattening import Flattened, Flattener, link_targets
from .layer.members import LayerMembers
from .wim_format.compression import Compression
from .windows_image import WindowsImage
from .writing.chunks import ChunkCompressor
from .writing.resources import ResourceWriter
from .writing.wim_file import begin_file, finish_file

__all__ = ["build_file"]

_LIMIT: Final = 1 << 42
"""Bytes that a layer may unpack to; the disk is full before."""


def build_file(image: WindowsImage, path: Path, reader: Reader, context: Context) -> int:
    """Write the file, and return its size in bytes; nothing is left of it if that fails.

    Layers are laid over one another, the base lowest.  Raises IntegrityError, NotSupported for
    what no such file can hold, and as `replacing` does.
    """
    compression = Compression[(context.options.get("wim-compression") or "none").upper()]
    force = bool(context.options.get("force"))
    size = sum(layer.size for layer in image.layers)  # at least, as a rule
    with ExitStack() as stack:
        chunks = None
        if compression is not Compression.NONE:
            chunks = stack.enter_context(ChunkCompressor(compression))
        out = stack.enter_context(replacing(path, size, force=force, beat=context.check))
        begin_file(out)
        resources = ResourceWriter(out, chunks)
        flat = _flattened(image, resources, reader, context)
        _tell(image, flat, context)
        return _finished(out, resources, image, flat, compression, context)


def _finished(
    out: Output,
    resources: ResourceWriter,
    image: WindowsImage,
    flat: Flattened,
    compression: Compression,
    context: Context,
) -> int:
    described = image.described
    images = [(described, flat.system)]
    if flat.utility is not None:
        second = replace(described, index=2, name="UtilityVM", description="", flags="")
        images.append((second, flat.utility))
    return finish_file(out, resources, images, compression, context.check)


def _flattened(
    image: WindowsImage, resources: ResourceWriter, reader: Reader, context: Context
) -> Flattened:
    """Lay the layers over one another, their content going into the file."""
    flattener = Flattener(resources)
    pairs = list(zip(image.layers, image.config.diff_ids, strict=True))
    for number, (layer, diff_id) in enumerate(reversed(pairs)):
        below = number > 0  # only there can a file be hidden and one of its names show
        members = LayerMembers(_pieces(layer, reader, context)) if below else ()
        hasher = Hasher()
        pieces = _hashed(_pieces(layer, reader, context), hasher)
        flattener.add(LayerMembers(pieces), link_targets(members))
        if hasher.digest() != diff_id:
            raise DigestMismatch(diff_id, hasher.digest(), what="the layer's content")
    return flattener.finish()


def _pieces(layer: Descriptor, reader: Reader, context: Context) -> Iterator[bytes]:
    """Yield a layer's tar archive; its compression is recognised by content."""
    with reader.open(layer) as stream:
        compression = compression_of(stream.read(HEAD))
    key = f"reading {layer.digest.short}"
    context.progress.start(key, key, None)
    with reader.open(layer) as stream:
        for piece in decompressed(stream, compression, limit=_LIMIT, what="layer"):
            context.check()
            context.progress.advance(key, len(piece))
            yield piece
    context.progress.done(key)


def _hashed(pieces: Iterator[bytes], hasher: Hasher) -> Iterator[bytes]:
    for piece in pieces:
        hasher.update(piece)
        yield piece


def _tell(image: WindowsImage, flat: Flattened, context: Context) -> None:
    """Say what the file is without; NotSupported for the registry, unless the user allows it."""
    if flat.registry and not context.options.get("without-registry"):
        raise NotSupported(
            f"{image.held.package} changes the registry in its layers, which no .wim can hold",
            hint="--without-registry saves it all the same; a .tar holds everything",
        )
    notice = context.progress.notice
    if len(image.layers) > 1:
        notice(f"{len(image.layers)} layers of {image.held.package} become one image in the file")
    if flat.registry:
        notice(f"left out: {flat.registry} files that change the registry")
    if flat.strange:
        notice(f"left out: {flat.strange} facts of other systems, such as owners and modes")
