"""What an image says of itself: id, layers, publisher, parent, whether it is a base OS image.

The rule (docs/explanation/publisher-and-parent.md): what the source says comes first, then the
OCI annotations of index, manifest and config, then what follows from the content; of the parent
the annotations come first.  What nobody says is empty; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..errors import BlobNotFound, DocumentError, NotSupported
from ..model import Content, Installed, Package
from ..oci import Descriptor, ImageConfig, Index, Manifest, parse_root
from ..oci.annotations import VENDOR
from ..oci.media_types import is_config, is_index, is_manifest
from ..parents import annotated_parent
from ..platforms import PlatformSet, best, host_platform, nothing_for
from ..pouring import Selection, select_image
from ..store import Reader

__all__ = ["installed_from", "is_here", "is_whole", "selection_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Face:
    """The manifest that stands for the whole image, and its config if it has one."""

    manifest: Manifest
    config: ImageConfig | None
    annotations: Mapping[str, str]
    """Of the index, the manifest and the config's labels; the more special wins."""


def selection_of(content: Content, reader: Reader) -> Selection:
    """Return the blobs that *content* claims to have brought, every one of them here.

    Raises BlobNotFound for the first that is not: a provider cannot make the catalog lie.
    """
    root = content.root
    if not isinstance(root, Descriptor):
        raise TypeError("a local file has no blobs")
    wanted = PlatformSet.of(*content.platforms) if content.platforms else PlatformSet.all()
    selection = select_image(root, reader.read, wanted, available=reader.has)
    for descriptor in (*selection.descriptors, *content.blobs):
        if not reader.has(descriptor):
            raise BlobNotFound(descriptor.digest, hint="its provider did not bring all of it")
    return selection


def is_here(content: Content, reader: Reader) -> bool:
    """Whether every blob of every platform that *content* claims is here; read, not hashed.

    Raises IntegrityError for a damaged document.
    """
    if not isinstance(content.root, Descriptor):
        return True
    try:
        there = selection_of(content, reader).platforms
    except (BlobNotFound, NotSupported):
        return False
    return all(any(one.satisfies(claimed) for one in there) for claimed in content.platforms)


def is_whole(root: Descriptor, reader: Reader) -> bool:
    """Whether every platform of *root* is here, with all its blobs."""
    try:
        selection = select_image(root, reader.read, PlatformSet.all())
    except BlobNotFound:
        return False
    return all(map(reader.has, selection.descriptors))


def installed_from(
    package: Package, content: Content, reader: Reader, *, now: str, uninstalls: bool
) -> Installed:
    """Return the row of the catalog for *content*, read from the store.

    Its platforms are those that the store has.  Raises BlobNotFound if it is not whole,
    NotSupported if a platform it claims is not there, DocumentError if a document breaks its
    format.
    """
    selection = selection_of(content, reader)
    for claimed in content.platforms:
        if not any(there.satisfies(claimed) for there in selection.platforms):
            raise nothing_for(PlatformSet.of(claimed), selection.platforms)
    face = _face(selection, reader)
    config = face.config
    says = {**face.annotations, **content.facts}
    parent = annotated_parent(says) or package.parent
    return Installed(
        package=package,
        content=replace(content, platforms=selection.platforms),
        image_id=config.digest if config else face.manifest.digest,
        diff_ids=config.diff_ids if config else (),
        publisher=package.publisher or says.get(VENDOR, ""),
        is_os_image=_is_os_image(package, config),
        parent=parent,
        created=config.created if config else "",
        size=sum(descriptor.size for descriptor in selection.descriptors),
        installed_at=now,
        uninstalls=uninstalls,
    )


def _face(selection: Selection, reader: Reader) -> _Face:
    """Return the manifest for this host if there is one, else the first."""
    indexes: dict[str, str] = {}
    manifests: list[Manifest] = []
    for descriptor in selection.descriptors:
        if is_manifest(descriptor.media_type):
            manifests.append(Manifest.parse(reader.read(descriptor)))
        elif isinstance(found := _index(descriptor, reader), Index):
            indexes = {**found.annotations, **indexes}
    if not manifests:
        raise DocumentError("it holds no manifest", what="image")
    configs = [_config(manifest, reader) for manifest in manifests]
    platforms = [config.platform for config in configs if config and config.platform]
    chosen = best(platforms, host_platform()) if len(platforms) == len(configs) else None
    place = chosen or 0
    manifest, config = manifests[place], configs[place]
    labels = dict(config.labels) if config else {}
    return _Face(
        manifest=manifest,
        config=config,
        annotations={**labels, **indexes, **manifest.annotations},
    )


def _index(descriptor: Descriptor, reader: Reader) -> Index | Manifest | None:
    if not is_index(descriptor.media_type):
        return None
    return parse_root(reader.read(descriptor), media_type=descriptor.media_type)


def _config(manifest: Manifest, reader: Reader) -> ImageConfig | None:
    if manifest.artifact_type or not is_config(manifest.config.media_type):
        return None
    return ImageConfig.parse(reader.read(manifest.config))


def _is_os_image(package: Package, config: ImageConfig | None) -> bool:
    if package.is_os_image is not None:
        return package.is_os_image
    if config is None or config.platform is None:
        return False
    return config.platform.os == "windows" and len(config.diff_ids) == 1
