"""Images for the benchmark of bundles: on the near side's disk, in every form that is carried."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.registry_images import layer_of

__all__ = ["LAYERS", "NAME", "Side", "carried", "forget_cached", "make_layout"]

NAME: Final = "bench/app"
LAYERS: Final = 10
_OCI: Final = "application/vnd.oci.image"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of the gap: a home, and ferry's command line for it."""

    home: Path

    def words(self, *words: str | Path) -> list[str]:
        """Return a command line."""
        return [sys.executable, "-m", "provider_core.cli", *map(str, words)]

    @property
    def environ(self) -> Mapping[str, str]:
        """What its processes see: no other home, no network."""
        # Programs that were installed have their bytecode.
        unwanted = ("FERRY", "PYTHONDONTWRITEBYTECODE")
        kept = {name: text for name, text in os.environ.items() if not name.startswith(unwanted)}
        return {**kept, "FERRY_HOME": str(self.home), "FERRY_OFFLINE": "1"}

    def run(self, *words: str | Path) -> str:
        """Run ferry; return what it prints."""
        ran = subprocess.run(
            self.words(*words), env=self.environ, check=True, stdout=subprocess.PIPE, text=True
        )
        return ran.stdout

    def pin(self, bundle: Path) -> None:
        """Add the source ``usb``, the folder *bundle*, whose fingerprint is known."""
        fingerprint = hashlib.sha256((bundle / "trust/root.json").read_bytes()).hexdigest()
        self.run("source", "add", "usb", bundle, "--fingerprint", fingerprint)


def make_layout(folder: Path, version: str, size: int, seeds: Sequence[int]) -> None:
    """Write an OCI layout with one image, a layer of *size* random bytes for each of *seeds*."""
    layers, diff_ids = [], []
    for seed in seeds:
        data, diff_id = layer_of(size, seed)
        layers.append(_blob(folder, data, f"{_OCI}.layer.v1.tar+gzip"))
        diff_ids.append(diff_id)
    rootfs = {"type": "layers", "diff_ids": diff_ids}
    told = {"os": "linux", "architecture": "amd64", "config": {}, "rootfs": rootfs}
    config = _blob(folder, json.dumps(told).encode(), f"{_OCI}.config.v1+json")
    kind = f"{_OCI}.manifest.v1+json"
    image = {"schemaVersion": 2, "mediaType": kind, "config": config, "layers": layers}
    root = _blob(folder, json.dumps(image).encode(), kind)
    root["annotations"] = {"org.opencontainers.image.ref.name": f"{NAME}:{version}"}
    index = {"schemaVersion": 2, "manifests": [root]}
    (folder / "index.json").write_text(json.dumps(index))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')


def _blob(folder: Path, data: bytes, media_type: str) -> dict[str, object]:
    digest = hashlib.sha256(data).hexdigest()
    path = folder / "blobs" / "sha256" / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}


def carried(path: Path) -> int:
    """Return the bytes of the file *path*, or of all files below it."""
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    return sum(file.stat().st_size for file in files)


def forget_cached(path: Path) -> None:
    """Have the system forget the bytes of the file *path*, or of all files below it."""
    for file in [path] if path.is_file() else path.rglob("*"):
        if file.is_file():
            with file.open("rb") as opened:
                os.fsync(opened.fileno())
                os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
