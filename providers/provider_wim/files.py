"""The files that content consists of: local ones, or blobs in the store; and how they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from provider_core.context import Context
from provider_core.digests import Digest, Hasher
from provider_core.errors import NotSupported
from provider_core.model import FileStamp, Pin
from provider_core.oci import Descriptor, Manifest
from provider_core.oci.annotations import TITLE
from provider_core.oci.media_types import OCI_EMPTY, is_manifest
from provider_core.store import Reader, Writer, put

from .media import WIM

__all__ = ["digests_of", "files_of", "keep"]

_PIECE = 1 << 20


def files_of(root: Pin, reader: Reader) -> tuple[Pin, ...]:
    """Return what `Reader.open` opens for each file of *root*, in order.

    That is a local file, a blob, or the layers of an artifact; of those that have one, the layers
    with a Windows image file's type.  Raises NotSupported if there is none, IntegrityError.
    """
    if isinstance(root, FileStamp):
        return tuple(FileStamp(files=(mark,), media_type=root.media_type) for mark in root.files)
    if not is_manifest(root.media_type):
        return (root,)
    layers = Manifest.parse(reader.read(root), media_type=root.media_type).layers
    typed = tuple(layer for layer in layers if layer.media_type == WIM)
    if not layers:
        raise NotSupported("the artifact has no file", hint="tell its publisher")
    return typed or layers


def digests_of(pins: Sequence[Pin], reader: Reader, context: Context) -> tuple[Digest, ...]:
    """Return the SHA-256 of each file; that of a blob is known.  Raises what reading raises."""
    return tuple(
        pin.digest if isinstance(pin, Descriptor) else _hashed(pin, reader, context) for pin in pins
    )


def keep(root: Pin, reader: Reader, writer: Writer, context: Context) -> Descriptor:
    """Return *root* as content of the store; local files are copied, and become an artifact.

    That is one file a layer, in order, each with its name as a title (OCI image-spec 1.1,
    manifest.md, "Guidelines for Artifact Usage").  Raises NoSpace, Conflict.
    """
    if isinstance(root, Descriptor):
        return root
    layers = [
        _copied(pin, reader, writer, context)
        for pin in files_of(root, reader)
        if isinstance(pin, FileStamp)
    ]
    config = put(writer, b"{}", OCI_EMPTY)
    manifest = Manifest.build(config, layers, artifact_type=WIM)
    return put(writer, manifest.raw, manifest.media_type, artifact_type=WIM)


def _hashed(stamp: FileStamp, reader: Reader, context: Context) -> Digest:
    key, hasher = _started("reading", stamp, context), Hasher()
    with reader.open(stamp) as file:
        while piece := file.read(_PIECE):
            context.check()
            hasher.update(piece)
            context.progress.advance(key, len(piece))
    context.progress.done(key)
    return hasher.digest()


def _copied(stamp: FileStamp, reader: Reader, writer: Writer, context: Context) -> Descriptor:
    key = _started("keeping", stamp, context)
    with reader.open(stamp) as file, writer.compute(stamp.size) as computed:
        while piece := file.read(_PIECE):
            context.check()
            computed.write(piece)
            context.progress.advance(key, len(piece))
        kept = computed.commit(WIM)
    context.progress.done(key)
    title = {TITLE: PurePath(stamp.files[0].path).name}
    return Descriptor(
        media_type=kept.media_type, digest=kept.digest, size=kept.size, annotations=title
    )


def _started(verb: str, stamp: FileStamp, context: Context) -> str:
    name = PurePath(stamp.files[0].path).name
    context.progress.start(f"{verb} {name}", f"{verb} {name}", stamp.size)
    return f"{verb} {name}"
