"""Small real images, the same bytes on every machine: for tests and demonstrations."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ..digests import Digest
from ..model import Content
from ..oci import Descriptor, HistoryEntry, ImageConfig, Index, Manifest
from ..oci.annotations import TITLE
from ..oci.media_types import OCI_CONFIG, OCI_EMPTY, OCI_LAYER, is_manifest
from ..platforms import Platform
from ..store import Writer

__all__ = ["LINUX", "SmallImage", "small_artifact", "small_image", "small_index"]

LINUX: Final = Platform(os="linux", architecture="amd64")
_FILE_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallImage:
    """A whole image in memory: the root's descriptor and the bytes of everything below it.

    Example::

        base = small_image({"etc/hostname": b"box"})
        image = small_image({"srv/hello.txt": b"hello"}, base=base)
        assert base.layers[0] in image.layers
        assert image.blobs[image.root.digest].startswith(b"{")
    """

    root: Descriptor
    """The manifest or index."""
    blobs: Mapping[Digest, bytes] = field(repr=False, hash=False)
    """Bytes by digest, those of the root too."""
    contents: tuple[Descriptor, ...]
    """Each blob once: indexes, then each manifest with its config and layers, base first."""
    platforms: tuple[Platform, ...] = ()
    """What it runs on; () for an artifact."""

    @property
    def size(self) -> int:
        """Bytes of all blobs together."""
        return sum(map(len, self.blobs.values()))

    @property
    def layers(self) -> tuple[Descriptor, ...]:
        """The layers (of an artifact: the files) of all platforms, each once, base first."""
        manifests = self._manifests().values()
        layers = (layer for manifest in manifests for layer in manifest.layers)
        return tuple({layer.digest: layer for layer in layers}.values())

    @property
    def config(self) -> ImageConfig:
        """The config of a single image; ValueError for an index or artifact."""
        manifest = self._manifests().get(self.root.digest)
        if manifest is None or not self.platforms:
            raise ValueError("an index or artifact has no config")
        return ImageConfig.parse(self.blobs[manifest.config.digest])

    def pour(self, writer: Writer) -> Content:
        """Write every blob through *writer* and return what `install` would."""
        for descriptor in reversed(self.contents):
            partial = writer.expect(descriptor)
            if partial is not None:
                with partial:
                    for start, end in partial.gaps():
                        partial.write(start, self.blobs[descriptor.digest][start:end])
                    partial.commit()
        return Content(root=self.root, platforms=self.platforms)

    def _manifests(self) -> dict[Digest, Manifest]:
        return {
            blob.digest: Manifest.parse(self.blobs[blob.digest])
            for blob in self.contents
            if is_manifest(blob.media_type)
        }


_EMPTY_BYTES = b"{}"
_EMPTY = Descriptor.of(_EMPTY_BYTES, OCI_EMPTY)


def small_image(
    files: Mapping[str, bytes],
    *,
    base: SmallImage | None = None,
    platform: Platform = LINUX,
    created: str = "",
    cmd: tuple[str, ...] = (),
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> SmallImage:
    """Return an image with one layer of *files* (path → bytes) on top of the layers of *base*.

    The layer is an uncompressed tar, since compressors differ between machines.  No files, no
    layer.  *created* is RFC 3339; *annotations* are the manifest's.
    """
    layers = list(base.layers) if base else []
    blobs = {layer.digest: base.blobs[layer.digest] for layer in layers} if base else {}
    history = list(base.config.history) if base else []
    if files:
        archive = _tar(files)
        layers.append(Descriptor.of(archive, OCI_LAYER))
        blobs[layers[-1].digest] = archive
        history.append(HistoryEntry(created=created, created_by=f"COPY {' '.join(files)} /"))
    config = ImageConfig.build(
        platform,
        [layer.digest for layer in layers],
        created=created,
        history=history,
        cmd=cmd,
        labels=labels,
    )
    named = Descriptor.of(config.raw, OCI_CONFIG)
    return _of_manifest(
        Manifest.build(named, layers, annotations=annotations),
        {named.digest: config.raw, **blobs},
        platforms=(platform,),
    )


def small_index(*images: SmallImage, annotations: Mapping[str, str] | None = None) -> SmallImage:
    """Return an index of *images*, each under its platform; artifacts stand there without one."""
    entries = [
        Descriptor(
            media_type=image.root.media_type,
            digest=image.root.digest,
            size=image.root.size,
            artifact_type=image.root.artifact_type,
            platform=image.platforms[0] if image.platforms else None,
        )
        for image in images
    ]
    index = Index.build(entries, annotations=annotations)
    contents = (index.descriptor(), *(blob for image in images for blob in image.contents))
    blobs = {digest: data for image in images for digest, data in image.blobs.items()}
    return SmallImage(
        root=index.descriptor(),
        blobs={index.digest: index.raw, **blobs},
        contents=tuple({blob.digest: blob for blob in contents}.values()),
        platforms=tuple(platform for image in images for platform in image.platforms),
    )


def small_artifact(
    files: Mapping[str, bytes],
    artifact_type: str,
    *,
    media_type: str = _FILE_TYPE,
    subject: Descriptor | None = None,
) -> SmallImage:
    """Return an artifact of *artifact_type*: the empty config and one layer a file.

    *media_type* is that of the files, *subject* what the artifact is about (OCI image-spec 1.1,
    manifest.md, "artifact usage").
    """
    layers = [
        Descriptor.of(data, media_type, annotations={TITLE: path}) for path, data in files.items()
    ]
    blobs = {Digest.of(data): data for data in files.values()}
    manifest = Manifest.build(_EMPTY, layers, artifact_type=artifact_type, subject=subject)
    return _of_manifest(manifest, {_EMPTY.digest: _EMPTY_BYTES, **blobs}, platforms=())


def _of_manifest(
    manifest: Manifest, blobs: Mapping[Digest, bytes], *, platforms: tuple[Platform, ...]
) -> SmallImage:
    contents = (manifest.descriptor(), manifest.config, *manifest.layers)
    return SmallImage(
        root=manifest.descriptor(),
        blobs={manifest.digest: manifest.raw, **blobs},
        contents=tuple({blob.digest: blob for blob in contents}.values()),
        platforms=platforms,
    )


def _tar(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, data in sorted(files.items()):
            member = tarfile.TarInfo(path)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()
