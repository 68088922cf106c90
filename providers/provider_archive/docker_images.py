"""manifest.json of a docker-archive: which images are in it, under which names.

The format is that of `docker save` (Docker 1.10 and later): a list of objects with Config,
RepoTags and Layers, whose values name members of the archive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from provider_core.digests import Digest
from provider_core.errors import DigestMismatch, DocumentError
from provider_core.oci import Descriptor, ImageConfig
from provider_core.oci.json_document import DOCUMENT_LIMIT, Node, parse_json
from provider_core.oci.media_types import OCI_CONFIG

from .holders import Holder, read_file

__all__ = ["DOCKER_INDEX", "LEGACY_INDEX", "DockerImage", "parse_docker_index", "read_config"]

DOCKER_INDEX: Final = "manifest.json"
LEGACY_INDEX: Final = "repositories"
"""What archives older than Docker 1.10 have instead."""
_MOST_IMAGES = 10_000
_MOST_LAYERS = 1_000
_MOST_TAGS = 1_000
_HEX_DIGITS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerImage:
    """One image of the list."""

    config: str
    """Member that holds its config."""
    tags: tuple[str, ...]
    """``name:tag`` each, as written; () for none."""
    layers: tuple[str, ...]
    """Members that hold its layers, base first; their names may repeat."""


def parse_docker_index(data: bytes) -> tuple[DockerImage, ...]:
    """Read manifest.json; DocumentError for what breaks its format or bounds."""
    # The strict parser reads objects; the list becomes one, and nothing else may.
    fields = parse_json(b'{"images":' + data + b"}", what=DOCKER_INDEX)
    if fields.keys() != {"images"}:
        raise DocumentError("it is not one list", what=DOCKER_INDEX)
    nodes = Node(fields, what=DOCKER_INDEX).array("images", limit=_MOST_IMAGES)
    return tuple(map(_image, nodes))


def _image(node: Node) -> DockerImage:
    node.exact_case(("Config", "RepoTags", "Layers"))
    return DockerImage(
        config=node.required("Config", str),
        tags=node.strings("RepoTags", limit=_MOST_TAGS),
        layers=node.strings("Layers", limit=_MOST_LAYERS),
    )


def read_config(holder: Holder, image: DockerImage) -> tuple[ImageConfig, Descriptor]:
    """Read an image's config, which must be what its name says and fit the layers.

    Returns it with its descriptor; its digest is the image id.  Raises DocumentError,
    DigestMismatch.
    """
    data = read_file(holder, image.config, DOCUMENT_LIMIT)
    digest = Digest.of(data)
    stem = image.config.rpartition("/")[2].removesuffix(".json").removeprefix("sha256:")
    if _is_hash(stem) and stem != digest.hex:
        raise DigestMismatch(f"sha256:{stem}", digest, what="the config")
    config = ImageConfig.parse(data)
    if len(config.diff_ids) != len(image.layers):
        raise DocumentError(
            f"{len(image.layers)} layers, but its config has {len(config.diff_ids)}",
            what=DOCKER_INDEX,
        )
    return config, Descriptor.of(data, OCI_CONFIG)


def _is_hash(text: str) -> bool:
    return len(text) == _HEX_DIGITS and set(text) <= set("0123456789abcdef")
