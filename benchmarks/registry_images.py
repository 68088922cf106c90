"""Images for the benchmark of registries, pushed by plain requests: nothing is compressed."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import tarfile
from collections.abc import Sequence

import requests

__all__ = ["push_layers", "push_many"]

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def push_layers(url: str, name: str, tag: str, sizes: Sequence[int]) -> None:
    """Push an image with a layer of each of *sizes*, bytes, that cannot be compressed."""
    layers = (layer_of(size, seed) for seed, size in enumerate(sizes))
    _push_image(requests.Session(), f"{url}/v2/{name}", tag, list(layers))


def push_many(url: str, name: str, count: int) -> list[str]:
    """Push *count* images with three layers in common and one of their own; return their names."""
    session = requests.Session()
    common = [layer_of(size, seed) for seed, size in enumerate((200_000, 50_000, 20_000))]
    for number in range(count):
        own = layer_of(8_000, 1000 + number)
        _push_image(session, f"{url}/v2/{name}", f"1.{number}", [*common, own])
    return [f"{name}:1.{number}" for number in range(count)]


def layer_of(size: int, seed: int) -> tuple[bytes, str]:
    """Return a layer of about *size* bytes, and the digest of its tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(f"data-{seed}")
        info.size = size
        archive.addfile(info, io.BytesIO(_random(size, seed)))
    plain = out.getvalue()
    return gzip.compress(plain, compresslevel=0, mtime=0), _digest(plain)


def _random(size: int, seed: int) -> bytes:
    source = random.Random(seed)
    return b"".join(source.randbytes(min(1 << 24, size - at)) for at in range(0, size, 1 << 24))


def _push_image(
    session: requests.Session, base: str, tag: str, layers: Sequence[tuple[bytes, str]]
) -> None:
    config = json.dumps(
        {
            "os": "linux",
            "architecture": "amd64",
            "rootfs": {"type": "layers", "diff_ids": [diff_id for _, diff_id in layers]},
        }
    ).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": _push_blob(session, base, config, _CONFIG),
        "layers": [_push_blob(session, base, data, _LAYER) for data, _ in layers],
    }
    answer = session.put(
        f"{base}/manifests/{tag}",
        data=json.dumps(manifest).encode(),
        headers={"content-type": _MANIFEST},
    )
    answer.raise_for_status()


def _push_blob(
    session: requests.Session, base: str, data: bytes, media_type: str
) -> dict[str, object]:
    digest = _digest(data)
    if session.head(f"{base}/blobs/{digest}").status_code != 200:
        place = session.post(f"{base}/blobs/uploads/").headers["location"]
        joint = "&" if "?" in place else "?"
        session.put(f"{place}{joint}digest={digest}", data=data).raise_for_status()
    return {"mediaType": media_type, "digest": digest, "size": len(data)}


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
