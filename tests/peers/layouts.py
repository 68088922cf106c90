"""An independent reader of OCI image layouts: plain json and hashlib, nothing of the project.

What it finds is what the tests compare with, so it must not share a mistake with the code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

__all__ = ["REF_NAME", "LayoutImage", "blob_path", "digest_of", "read_image", "read_tags"]

REF_NAME: Final = "org.opencontainers.image.ref.name"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutImage:
    """One image of a layout, of one platform or, as an index, of several."""

    layout: Path
    """The folder with `oci-layout` and `index.json`."""
    tag: str
    """The image's `org.opencontainers.image.ref.name` in `index.json`."""
    root: str
    """Digest of the manifest or index that the tag names."""
    manifests: tuple[str, ...]
    """Digests of the manifests, in the order of the index; the root alone without one."""
    platforms: tuple[str, ...]
    """`os/architecture` of each manifest, from its configuration."""
    configs: tuple[str, ...]
    """Digest of each manifest's configuration: the image id that engines show."""
    layers: tuple[tuple[str, ...], ...]
    """Digests of each manifest's layers as stored, lowest first."""
    diff_ids: tuple[tuple[str, ...], ...]
    """Digests of each manifest's uncompressed layers, from its configuration, lowest first."""
    blobs: frozenset[str]
    """Digests of all that the root leads to, and its own."""


def read_image(layout: Path, tag: str) -> LayoutImage:
    """Read the image that `index.json` of the folder `layout` names `tag`, and check its bytes."""
    root = read_tags(layout)[tag]
    document = _read(layout, root)
    manifests = tuple(entry["digest"] for entry in document.get("manifests", [])) or (root,)
    contents = [_read(layout, digest) for digest in manifests]
    configs = tuple(content["config"]["digest"] for content in contents)
    settings = [_read(layout, digest) for digest in configs]
    layers = tuple(tuple(entry["digest"] for entry in content["layers"]) for content in contents)
    blobs = frozenset({root, *manifests, *configs, *(digest for some in layers for digest in some)})
    for digest in blobs:
        assert digest_of(blob_path(layout, digest).read_bytes()) == digest
    return LayoutImage(
        layout=layout,
        tag=tag,
        root=root,
        manifests=manifests,
        platforms=tuple(f"{config['os']}/{config['architecture']}" for config in settings),
        configs=configs,
        layers=layers,
        diff_ids=tuple(tuple(config["rootfs"]["diff_ids"]) for config in settings),
        blobs=blobs,
    )


def read_tags(layout: Path) -> dict[str, str]:
    """Return the names in `index.json` of the folder `layout`, each with its digest."""
    return dict(_tags(json.loads((layout / "index.json").read_bytes())))


def blob_path(layout: Path, digest: str) -> Path:
    """Return the path that a layout gives to the blob of a digest, `sha256:…`."""
    return layout.joinpath("blobs", *digest.split(":"))


def digest_of(content: bytes) -> str:
    """Return the digest of `content`, `sha256:…`."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _tags(index: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for entry in index["manifests"]:
        yield entry.get("annotations", {}).get(REF_NAME, ""), entry["digest"]


def _read(layout: Path, digest: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(blob_path(layout, digest).read_bytes())
    return document
