"""Media types of images (OCI image-spec 1.1 media-types.md, Docker manifest v2 schema 2)."""

from __future__ import annotations

import re
from typing import Final

from ..errors import DocumentError

__all__ = [
    "CONFIGS",
    "DOCKER_CONFIG",
    "DOCKER_FOREIGN_LAYER",
    "DOCKER_FOREIGN_LAYER_GZIP",
    "DOCKER_LAYER",
    "DOCKER_LAYER_GZIP",
    "DOCKER_LAYER_ZSTD",
    "DOCKER_LIST",
    "DOCKER_MANIFEST",
    "FOREIGN_LAYERS",
    "INDEXES",
    "LAYERS",
    "MANIFESTS",
    "OCI_CONFIG",
    "OCI_EMPTY",
    "OCI_INDEX",
    "OCI_LAYER",
    "OCI_LAYER_GZIP",
    "OCI_LAYER_ZSTD",
    "OCI_MANIFEST",
    "OCI_NONDISTRIBUTABLE_LAYER",
    "OCI_NONDISTRIBUTABLE_LAYER_GZIP",
    "OCI_NONDISTRIBUTABLE_LAYER_ZSTD",
    "base_type",
    "check_media_type",
    "is_config",
    "is_foreign_layer",
    "is_index",
    "is_layer",
    "is_manifest",
]

OCI_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG: Final = "application/vnd.oci.image.config.v1+json"
OCI_EMPTY: Final = "application/vnd.oci.empty.v1+json"
OCI_LAYER: Final = "application/vnd.oci.image.layer.v1.tar"
OCI_LAYER_GZIP: Final = "application/vnd.oci.image.layer.v1.tar+gzip"
OCI_LAYER_ZSTD: Final = "application/vnd.oci.image.layer.v1.tar+zstd"
OCI_NONDISTRIBUTABLE_LAYER: Final = "application/vnd.oci.image.layer.nondistributable.v1.tar"
OCI_NONDISTRIBUTABLE_LAYER_GZIP: Final = (
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"
)
OCI_NONDISTRIBUTABLE_LAYER_ZSTD: Final = (
    "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd"
)

DOCKER_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG: Final = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER: Final = "application/vnd.docker.image.rootfs.diff.tar"
DOCKER_LAYER_GZIP: Final = "application/vnd.docker.image.rootfs.diff.tar.gzip"
DOCKER_LAYER_ZSTD: Final = "application/vnd.docker.image.rootfs.diff.tar.zstd"
DOCKER_FOREIGN_LAYER: Final = "application/vnd.docker.image.rootfs.foreign.diff.tar"
DOCKER_FOREIGN_LAYER_GZIP: Final = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"

MANIFESTS: Final = frozenset({OCI_MANIFEST, DOCKER_MANIFEST})
INDEXES: Final = frozenset({OCI_INDEX, DOCKER_LIST})
CONFIGS: Final = frozenset({OCI_CONFIG, DOCKER_CONFIG})
FOREIGN_LAYERS: Final = frozenset(
    {
        OCI_NONDISTRIBUTABLE_LAYER,
        OCI_NONDISTRIBUTABLE_LAYER_GZIP,
        OCI_NONDISTRIBUTABLE_LAYER_ZSTD,
        DOCKER_FOREIGN_LAYER,
        DOCKER_FOREIGN_LAYER_GZIP,
    }
)
LAYERS: Final = FOREIGN_LAYERS | {
    OCI_LAYER,
    OCI_LAYER_GZIP,
    OCI_LAYER_ZSTD,
    DOCKER_LAYER,
    DOCKER_LAYER_GZIP,
    DOCKER_LAYER_ZSTD,
}

_MEDIA_TYPE = re.compile(r"[ -.0-~]+/[ -~]+")
_LENGTH_LIMIT = 255


def base_type(text: str) -> str:
    """Return *text*, such as a Content-Type header, without parameters and spaces around it."""
    return text.partition(";")[0].strip()


def check_media_type(text: str, path: str) -> None:
    """Raise DocumentError at *path* unless *text* has the form of a media type.

    That is printable ASCII with a slash, at most 255 characters.  Unknown types are fine, and so
    are the unregistered ones with characters outside RFC 6838 that artifacts carry.
    """
    if len(text) > _LENGTH_LIMIT:
        raise DocumentError(f"{len(text)} characters, at most {_LENGTH_LIMIT}", path=path)
    if not _MEDIA_TYPE.fullmatch(text):
        raise DocumentError(f"{text!a} is no media type", path=path)


def is_manifest(media_type: str) -> bool:
    """Whether it is the type of an image manifest."""
    return media_type in MANIFESTS


def is_index(media_type: str) -> bool:
    """Whether it is the type of an index (Docker: manifest list)."""
    return media_type in INDEXES


def is_config(media_type: str) -> bool:
    """Whether it is the type of an image's config."""
    return media_type in CONFIGS


def is_layer(media_type: str) -> bool:
    """Whether it is the type of a layer, one that may not be distributed included."""
    return media_type in LAYERS


def is_foreign_layer(media_type: str) -> bool:
    """Whether it is the type of a layer that registries may not hold (Windows, deprecated)."""
    return media_type in FOREIGN_LAYERS
