"""Archives of real images, each written by a tool of other people."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .layouts import REF_NAME, LayoutImage, blob_path, digest_of
from .peer import require_peer
from .tools import Podman, gnu_tar, skopeo_copy

__all__ = ["WRITERS", "Archive", "write_several_by_podman"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """One archive file, described from its bytes by GNU tar and plain json."""

    path: Path
    """The file."""
    names: tuple[str, ...]
    """Names as the archive spells them: ref names of `index.json`, else all RepoTags."""
    roots: tuple[str, ...]
    """Digests that `index.json` names, in its order; empty for a docker-archive."""
    images: tuple[str, ...]
    """Members of `manifest.json` that are configurations, as digests; empty without that file."""
    files: frozenset[str]
    """Digests of all regular files in the archive."""


Writer = Callable[[LayoutImage, str, Path], Archive]
"""Writes an image to an archive in an empty folder, named `host/repository:tag`.

A tar of a layout keeps the layout's own names, and all its images.
"""


def _skopeo_docker_archive(image: LayoutImage, name: str, folder: Path) -> Archive:
    path = folder / "skopeo-docker.tar"
    skopeo_copy(f"oci:{image.layout}:{image.tag}", f"docker-archive:{path}:{name}")
    return _read_archive(path)


def _skopeo_oci_archive(image: LayoutImage, name: str, folder: Path) -> Archive:
    path = folder / "skopeo-oci.tar"
    skopeo_copy(f"oci:{image.layout}:{image.tag}", f"oci-archive:{path}:{name}", "--all")
    return _read_archive(path)


def _podman_docker_archive(image: LayoutImage, name: str, folder: Path) -> Archive:
    return _save_by_podman([(image, name)], folder, "docker-archive")


def _podman_oci_archive(image: LayoutImage, name: str, folder: Path) -> Archive:
    return _save_by_podman([(image, name)], folder, "oci-archive")


def _tar_of_layout(image: LayoutImage, name: str, folder: Path) -> Archive:
    """Pack the layout's folder itself: `./` before each member, folders, the bare tag as name."""
    path = folder / "layout.tar"
    gnu_tar("--create", "--file", path, "--directory", image.layout, ".")
    return _read_archive(path)


def _gzip_of_layout(image: LayoutImage, name: str, folder: Path) -> Archive:
    path = folder / "layout.tar.gz"
    gnu_tar("--create", "--gzip", "--file", path, "--directory", image.layout, ".")
    return _read_archive(path)


def _zstd_of_layout(image: LayoutImage, name: str, folder: Path) -> Archive:
    require_peer("zstd")
    path = folder / "layout.tar.zst"
    gnu_tar("--create", "--zstd", "--file", path, "--directory", image.layout, ".")
    return _read_archive(path)


def _tar_of_hybrid(image: LayoutImage, name: str, folder: Path) -> Archive:
    """Pack a layout together with the `manifest.json` that makes it a docker-archive too."""
    hybrid = shutil.copytree(image.layout, folder / "hybrid")
    entry = {
        "Config": str(blob_path(Path(), image.configs[0])),
        "RepoTags": [name],
        "Layers": [str(blob_path(Path(), digest)) for digest in image.layers[0]],
    }
    (hybrid / "manifest.json").write_text(json.dumps([entry]))
    path = folder / "hybrid.tar"
    members = ("oci-layout", "index.json", "manifest.json", "blobs")
    gnu_tar("--create", "--file", path, "--directory", hybrid, *members)
    return _read_archive(path)


WRITERS: Final[Mapping[str, Writer]] = {
    "skopeo-docker-archive": _skopeo_docker_archive,
    "skopeo-oci-archive": _skopeo_oci_archive,
    "podman-docker-archive": _podman_docker_archive,
    "podman-oci-archive": _podman_oci_archive,
    "tar-layout": _tar_of_layout,
    "tar-layout-gzip": _gzip_of_layout,
    "tar-layout-zstd": _zstd_of_layout,
    "tar-hybrid": _tar_of_hybrid,
}


def write_several_by_podman(named: list[tuple[LayoutImage, str]], folder: Path) -> Archive:
    """Write several images, each with its name, to one docker-archive; shared layers are once."""
    return _save_by_podman(named, folder, "docker-archive")


def _save_by_podman(named: list[tuple[LayoutImage, str]], folder: Path, form: str) -> Archive:
    path = folder / f"podman-{form}.tar"
    with Podman() as podman:
        for number, (image, name) in enumerate(named):
            incoming = folder / f"incoming-{number}.tar"
            skopeo_copy(f"oci:{image.layout}:{image.tag}", f"oci-archive:{incoming}:{name}")
            podman.load(incoming)
        podman.save(tuple(name for _, name in named), path, form)
    return _read_archive(path)


def _read_archive(path: Path) -> Archive:
    unpacked = path.with_name(f"{path.name}-unpacked")
    unpacked.mkdir()
    gnu_tar("--extract", "--file", path, "--directory", unpacked)
    entries = _read_json(unpacked / "index.json", {"manifests": []})["manifests"]
    docker = _read_json(unpacked / "manifest.json", [])
    tags = [tag for entry in docker for tag in entry["RepoTags"]]
    refs = [entry["annotations"][REF_NAME] for entry in entries]
    digests = {
        file: digest_of(file.read_bytes())
        for file in unpacked.rglob("*")
        if file.is_file() and not file.is_symlink()
    }
    return Archive(
        path=path,
        names=tuple(refs or tags),
        roots=tuple(entry["digest"] for entry in entries),
        images=tuple(digests[unpacked / entry["Config"]] for entry in docker),
        files=frozenset(digests.values()),
    )


def _read_json(path: Path, absent: Any) -> Any:
    return json.loads(path.read_bytes()) if path.exists() else absent
