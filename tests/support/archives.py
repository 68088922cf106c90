"""Archives and layouts of small images, as other tools write them, and malformed ones."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from provider_core.oci.annotations import REF_NAME
from provider_core.oci.layout import LAYOUT_BYTES, blob_path, layout_index

from .images import SmallImage, tar_of

__all__ = ["docker_archive", "layout_files", "oci_archive", "write_layout"]

Named = Iterable[tuple[str, SmallImage]]
"""Reference name ('' for none) and image."""


def layout_files(named: Named, *, extra: Iterable[SmallImage] = ()) -> dict[str, bytes]:
    """Return the files of an image layout; *extra* are listed without a name."""
    listed = [*named, *(("", image) for image in extra)]
    lines = [
        replace(image.root, annotations={REF_NAME: name} if name else {}) for name, image in listed
    ]
    blobs = {blob_path(digest): data for _, image in listed for digest, data in image.blobs.items()}
    return {"oci-layout": LAYOUT_BYTES, "index.json": layout_index(lines), **blobs}


def oci_archive(*named: tuple[str, SmallImage]) -> bytes:
    """Return a plain OCI archive."""
    return tar_of(layout_files(named).items())


def write_layout(folder: Path, *named: tuple[str, SmallImage]) -> Path:
    """Write an image layout folder and return it."""
    for name, data in layout_files(named).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def docker_archive(
    *tagged: tuple[Sequence[str] | None, SmallImage],
    change: Mapping[str, bytes | None] | None = None,
) -> bytes:
    """Return an archive as `docker save` writes it: layers unpacked, manifest.json at the end.

    *change* replaces members by name, or leaves them out (None).
    """
    members: dict[str, bytes] = {}
    entries = []
    for tags, image in tagged:
        config, layers = image.manifest.config, image.manifest.layers
        paths = []
        for layer in layers:
            data = image.blobs[layer.digest]
            data = gzip.decompress(data) if layer.media_type.endswith("gzip") else data
            paths.append(f"{layer.digest.hex}/layer.tar")
            members[paths[-1]] = data
        members[f"{config.digest.hex}.json"] = image.blobs[config.digest]
        entries.append({"Config": f"{config.digest.hex}.json", "RepoTags": tags, "Layers": paths})
    members["manifest.json"] = json.dumps(entries).encode()
    changed: dict[str, bytes | None] = {**members, **(change or {})}
    return tar_of((name, data) for name, data in changed.items() if data is not None)
