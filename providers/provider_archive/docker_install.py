"""A docker-archive into the store: config and layers as they are, with a new OCI manifest.

The archive has no manifest whose digest could be kept; the same archive always gives the same
one.  The config stays byte for byte, and with it the image id.
"""

from __future__ import annotations

import io
from typing import BinaryIO, Final

from provider_core.compression import HEAD, Compression, compression_of, decompressed
from provider_core.context import Context
from provider_core.digests import Digest, Hasher
from provider_core.errors import BlobNotFound, DigestMismatch
from provider_core.model import Content, Contents
from provider_core.oci import Descriptor, Manifest
from provider_core.oci.media_types import OCI_LAYER, OCI_LAYER_GZIP, OCI_LAYER_ZSTD
from provider_core.store import Computed, Writer, pour, put

from .docker_images import DockerImage, read_config
from .holders import Holder

__all__ = ["docker_contents", "install_docker"]

_MOST_RATIO: Final = 1_100
"""gzip cannot exceed 1,032 to 1; a layer of zeros comes near it."""
_LEAST_LIMIT: Final = 1 << 20
_PIECE: Final = 1 << 20
_LAYER_TYPES = {
    Compression.NONE: OCI_LAYER,
    Compression.GZIP: OCI_LAYER_GZIP,
    Compression.ZSTD: OCI_LAYER_ZSTD,
}


def install_docker(holder: Holder, image: DockerImage, writer: Writer, context: Context) -> Content:
    """Pour one image of a docker-archive into the store.

    Every layer is checked against the diff_id in the config.  Raises IntegrityError,
    BlobNotFound for a layer that is not in the archive.
    """
    config, descriptor = read_config(holder, image)
    put(writer, config.raw, descriptor.media_type)
    layers = []
    for name, diff_id in zip(image.layers, config.diff_ids, strict=True):
        context.check()
        layers.append(_pour_layer(holder, name, diff_id, writer))
    manifest = Manifest.build(descriptor, layers)
    root = put(writer, manifest.raw, manifest.media_type)
    platforms = (config.platform.normalized,) if config.platform else ()
    return Content(root=root, platforms=platforms)


def docker_contents(holder: Holder, image: DockerImage) -> Contents | None:
    """List config and layers; None if a layer is compressed, its digest being unknown yet."""
    config, descriptor = read_config(holder, image)
    blobs = [descriptor]
    for name, diff_id in zip(image.layers, config.diff_ids, strict=True):
        with _open_layer(holder, name, diff_id) as stream:
            if compression_of(stream.read(HEAD)) is not Compression.NONE:
                return None
        blobs.append(_plain_layer(holder, name, diff_id))
    return Contents(descriptors=tuple({blob.digest: blob for blob in blobs}.values()))


def _open_layer(holder: Holder, name: str, diff_id: Digest) -> BinaryIO:
    if holder.size(name) is None:
        raise BlobNotFound(
            diff_id, str(holder.path), hint="the archive is incomplete; ask its producer"
        )
    return holder.open(name)


def _plain_layer(holder: Holder, name: str, diff_id: Digest) -> Descriptor:
    return Descriptor(media_type=OCI_LAYER, digest=diff_id, size=holder.size(name) or 0)


def _pour_layer(holder: Holder, name: str, diff_id: Digest, writer: Writer) -> Descriptor:
    with _open_layer(holder, name, diff_id) as stream:
        compression = compression_of(stream.read(HEAD))
        stream.seek(0)
        if compression is not Compression.NONE:
            size = holder.size(name) or 0
            return _pour_compressed(stream, compression, diff_id, size, writer)
        descriptor = _plain_layer(holder, name, diff_id)
        pour(stream, writer, descriptor)
        return descriptor


def _pour_compressed(
    stream: BinaryIO, compression: Compression, diff_id: Digest, size: int, writer: Writer
) -> Descriptor:
    """Keep the compressed bytes, and check on the way what they unpack to."""
    limit = max(_LEAST_LIMIT, _MOST_RATIO * size)
    hasher = Hasher(diff_id.algorithm)
    with writer.compute(size) as computed:
        tee = io.BufferedReader(_Tee(stream, computed), _PIECE)
        for piece in decompressed(tee, compression, limit=limit, what=f"layer {diff_id}"):
            hasher.update(piece)
        while tee.read(_PIECE):
            pass
        if hasher.digest() != diff_id:
            raise DigestMismatch(diff_id, hasher.digest(), what="an unpacked layer")
        return computed.commit(_LAYER_TYPES[compression])


class _Tee(io.RawIOBase):
    """A stream that writes what is read from it into the store."""

    def __init__(self, stream: BinaryIO, computed: Computed) -> None:
        self._stream = stream
        self._computed = computed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._computed.write(data)
        return len(data)
