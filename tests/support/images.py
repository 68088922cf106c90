"""Small images made in memory: real documents and real layers, a few hundred bytes each."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import zstandard

from provider_core.digests import Digest
from provider_core.oci import Descriptor, ImageConfig, Index, Manifest
from provider_core.oci.media_types import (
    OCI_CONFIG,
    OCI_EMPTY,
    OCI_LAYER,
    OCI_LAYER_GZIP,
    OCI_LAYER_ZSTD,
)
from provider_core.platforms import Platform

__all__ = [
    "AMD64",
    "ARM64",
    "SmallImage",
    "layer_of",
    "make_artifact",
    "make_image",
    "make_index",
    "make_referrer",
    "tar_of",
]

AMD64 = Platform(os="linux", architecture="amd64")
ARM64 = Platform(os="linux", architecture="arm64")
_WRAPPINGS: Mapping[str, tuple[str, Callable[[bytes], bytes]]] = {
    "": (OCI_LAYER, bytes),
    "gzip": (OCI_LAYER_GZIP, lambda data: gzip.compress(data, mtime=0)),
    "zstd": (OCI_LAYER_ZSTD, zstandard.compress),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallImage:
    """An image, index or artifact with every blob below its root."""

    root: Descriptor
    blobs: Mapping[Digest, bytes]
    """By digest, the root's document included."""
    platforms: tuple[Platform, ...]
    manifests: tuple[Manifest, ...] = ()
    """The manifests below the root, or the root."""

    @property
    def manifest(self) -> Manifest:
        """The one manifest."""
        (manifest,) = self.manifests
        return manifest

    @property
    def image_id(self) -> Digest:
        """Digest of the config."""
        return self.manifest.config.digest


def tar_of(members: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a plain tar archive of regular files, always the same for the same members."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def layer_of(text: str) -> bytes:
    """Return a layer with one file that holds *text*."""
    return tar_of([("etc/text", text.encode())])


def make_image(
    *texts: str,
    platform: Platform = AMD64,
    wrapping: str = "gzip",
    annotations: Mapping[str, str] | None = None,
    created: str = "",
) -> SmallImage:
    """Make an image with a layer for each of *texts*, wrapped in '', 'gzip' or 'zstd'."""
    media_type, wrap = _WRAPPINGS[wrapping]
    plain = [layer_of(text) for text in texts]
    config = ImageConfig.build(platform, [Digest.of(data) for data in plain], created=created)
    wrapped = [wrap(data) for data in plain]
    manifest = Manifest.build(
        Descriptor.of(config.raw, OCI_CONFIG),
        [Descriptor.of(data, media_type) for data in wrapped],
        annotations=annotations,
    )
    return _image(manifest, [config.raw, *wrapped], (platform,))


def make_artifact(data: bytes, artifact_type: str = "application/x-thing") -> SmallImage:
    """Make an artifact of one file."""
    manifest = Manifest.build(
        Descriptor.of(b"{}", OCI_EMPTY),
        [Descriptor.of(data, "application/octet-stream")],
        artifact_type=artifact_type,
    )
    return _image(manifest, [b"{}", data], ())


def make_referrer(subject: Descriptor, data: bytes) -> SmallImage:
    """Make an artifact that says something about *subject*: a signature, as it were."""
    manifest = Manifest.build(
        Descriptor.of(b"{}", OCI_EMPTY),
        [Descriptor.of(data, "application/octet-stream")],
        artifact_type="application/x-signature",
        subject=subject,
    )
    return _image(manifest, [b"{}", data], ())


def make_index(*images: SmallImage, say_platforms: bool = True) -> SmallImage:
    """Make an index of *images*, which may be indexes; without their platforms if asked."""
    entries = []
    for image in images:
        platform = image.platforms[0] if len(image.platforms) == 1 and say_platforms else None
        entries.append(
            Descriptor(
                media_type=image.root.media_type,
                digest=image.root.digest,
                size=image.root.size,
                platform=platform,
            )
        )
    index = Index.build(entries)
    blobs = {digest: data for image in images for digest, data in image.blobs.items()}
    return SmallImage(
        root=index.descriptor(),
        blobs={**blobs, index.digest: index.raw},
        platforms=tuple(platform for image in images for platform in image.platforms),
        manifests=tuple(manifest for image in images for manifest in image.manifests),
    )


def _image(
    manifest: Manifest, blobs: Iterable[bytes], platforms: tuple[Platform, ...]
) -> SmallImage:
    return SmallImage(
        root=manifest.descriptor(),
        blobs={Digest.of(data): data for data in (*blobs, manifest.raw)},
        platforms=platforms,
        manifests=(manifest,),
    )
