"""What a new image stands on: the manifest, config and layers of its parent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import NotSupported
from ..layers import Tree, read_layer, unpacked
from ..model import Installed
from ..oci import Descriptor, ImageConfig, Manifest
from ..oci.media_types import (
    DOCKER_LAYER,
    DOCKER_LAYER_GZIP,
    DOCKER_LAYER_ZSTD,
    OCI_LAYER,
    OCI_LAYER_GZIP,
    OCI_LAYER_ZSTD,
    is_config,
    is_manifest,
)
from ..platforms import Platform, PlatformSet, best, host_platform, nothing_for
from ..pouring import select_image
from .selecting import one_installed

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["Base", "base_named", "base_of", "linux_here", "tree_of"]

_OCI_TYPES = {
    DOCKER_LAYER: OCI_LAYER,
    DOCKER_LAYER_GZIP: OCI_LAYER_GZIP,
    DOCKER_LAYER_ZSTD: OCI_LAYER_ZSTD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """One platform of an installed image."""

    image: Installed
    platform: Platform
    config: ImageConfig
    layers: tuple[Descriptor, ...]
    """Base first, under their OCI types."""


def base_named(resources: Resources, request: str, platform: Platform | None) -> Base:
    """Return the installed image that *request* means, for *platform* or this host's Linux.

    Raises NotInstalled, Ambiguous, NotSupported for what is no Linux image.
    """
    image = one_installed(resources, request)
    if image.platforms and all(one.os == "windows" for one in image.platforms):
        raise NotSupported(
            f"{image.name} {image.version} is a Windows image, and new images are made on Linux"
            " ones only: a Windows layer needs its registry hives and links too",
            hint="build it on Windows with `docker build`, and install the result",
        )
    wanted = platform or (image.platforms[0] if len(image.platforms) == 1 else linux_here())
    place = best(image.platforms, wanted)
    if place is None:
        raise nothing_for(PlatformSet.of(wanted), image.platforms)
    return base_of(resources, image, image.platforms[place])


def base_of(resources: Resources, image: Installed, platform: Platform) -> Base:
    """Return *platform* of *image*; NotSupported if it is an artifact."""
    root, store = image.content.root, resources.store
    if isinstance(root, Descriptor):
        selection = select_image(root, store.read, PlatformSet.of(platform), available=store.has)
        for descriptor in selection.descriptors:
            if is_manifest(descriptor.media_type):
                manifest = Manifest.parse(store.read(descriptor), media_type=descriptor.media_type)
                if is_config(manifest.config.media_type) and not manifest.artifact_type:
                    return _base(resources, image, platform, manifest)
    raise NotSupported(
        f"{image.name} {image.version} is no image that another can be made from",
        hint="name an image that runs",
    )


def linux_here() -> Platform:
    """Return the platform of Linux containers on this host's processor."""
    return replace(host_platform(), os="linux", os_version="")


def tree_of(resources: Resources, base: Base | None) -> Tree:
    """Return the file system of *base*, read layer by layer; an empty one without it.

    Every layer's digest is checked on the way.  Raises IntegrityError.
    """
    tree = Tree()
    for layer in base.layers if base else ():
        with closing(resources.store.open(layer)) as stream:
            tree.lay(read_layer(_heard(resources, unpacked(stream))))
    return tree


def _heard(resources: Resources, pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        resources.cancel.check()
        yield piece


def _base(resources: Resources, image: Installed, platform: Platform, manifest: Manifest) -> Base:
    config = ImageConfig.parse(resources.store.read(manifest.config))
    layers = tuple(
        Descriptor(
            media_type=_OCI_TYPES.get(layer.media_type, layer.media_type),
            digest=layer.digest,
            size=layer.size,
        )
        for layer in manifest.layers
    )
    if len(layers) != len(config.diff_ids):
        raise NotSupported(
            f"{image.name} {image.version} has {len(layers)} layers, and its config tells of"
            f" {len(config.diff_ids)}",
            hint="ask its publisher",
        )
    return Base(image=image, platform=platform, config=config, layers=layers)
