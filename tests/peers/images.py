"""Real Linux images: the files of installed Debian packages, packed by umoci."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Final

from .layouts import REF_NAME, LayoutImage, blob_path, digest_of, read_image
from .peer import require_debian_package
from .tools import run, umoci

__all__ = [
    "BUSYBOX_NAME",
    "MULTIARCH_NAME",
    "SITE_NAMES",
    "make_busybox",
    "make_multiarch",
    "make_site_builds",
]

BUSYBOX_NAME: Final = "example.org/tools/busybox:1.35"
MULTIARCH_NAME: Final = "example.org/tools/busybox:2.0"
SITE_NAMES: Final = ("example.org/site:1.0", "example.org/site:1.1")

_INDEX_TYPE: Final = "application/vnd.oci.image.index.v1+json"
_MANIFEST_TYPE: Final = "application/vnd.oci.image.manifest.v1+json"
_PASSWD: Final = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"


def make_busybox(layout: Path) -> LayoutImage:
    """Make an image of one layer, `1.35`: busybox-static and a minimal /etc."""
    _start(layout, "1.35")
    _add_layer(layout, "1.35", ["busybox-static"], {"etc/passwd": _PASSWD})
    _finish(layout, {"1.35": "amd64"})
    return read_image(layout, "1.35")


def make_site_builds(layout: Path) -> tuple[LayoutImage, LayoutImage]:
    """Make two builds, `1.0` and `1.1`, on one base layer, each with a layer of its own."""
    _start(layout, "base")
    _add_layer(layout, "base", ["busybox-static", "base-files"], {"etc/passwd": _PASSWD})
    for tag, packages in {"1.0": ["netbase"], "1.1": ["netbase", "jq"]}.items():
        umoci("tag", "--image", f"{layout}:base", tag)
        _add_layer(layout, tag, packages, {"etc/site-release": f"{tag}\n"})
    umoci("remove", "--image", f"{layout}:base")
    _finish(layout, {"1.0": "amd64", "1.1": "amd64"})
    return read_image(layout, "1.0"), read_image(layout, "1.1")


def make_multiarch(layout: Path) -> LayoutImage:
    """Make an index, `2.0`, of linux/amd64 and linux/arm64; both hold this machine's busybox."""
    _start(layout, "amd64")
    _add_layer(layout, "amd64", ["busybox-static"], {"etc/passwd": _PASSWD})
    umoci("tag", "--image", f"{layout}:amd64", "arm64")
    _add_layer(layout, "arm64", [], {"etc/machine": "arm64\n"})
    _finish(layout, {"amd64": "amd64", "arm64": "arm64"})
    members = [read_image(layout, "amd64"), read_image(layout, "arm64")]
    _write_index(layout, "2.0", members)
    return read_image(layout, "2.0")


def _start(layout: Path, tag: str) -> None:
    umoci("init", "--layout", layout)
    umoci("new", "--image", f"{layout}:{tag}")


def _add_layer(layout: Path, tag: str, packages: list[str], texts: dict[str, str]) -> None:
    """Put one layer on the image `tag`: the files of Debian packages, and texts by path."""
    bundle = layout.with_name(f"{layout.name}-{tag}-bundle")
    umoci("unpack", "--image", f"{layout}:{tag}", bundle)
    rootfs = bundle / "rootfs"
    for package in packages:
        _copy_package(package, rootfs)
    for path, text in texts.items():
        (rootfs / path).parent.mkdir(parents=True, exist_ok=True)
        (rootfs / path).write_text(text)
    # Not `umoci insert`: umoci 0.4.7 leaves that layer's tar without its end.
    umoci("repack", "--image", f"{layout}:{tag}", bundle)
    shutil.rmtree(bundle)


def _copy_package(package: str, rootfs: Path) -> None:
    """Copy the files of an installed Debian package; documentation that was left out is no loss."""
    require_debian_package(package)
    copied = 0
    for listed in run("dpkg", "-L", package).splitlines():
        source, target = Path(listed), rootfs / listed.lstrip("/")
        if source.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif source.is_file() or source.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
            copied += 1
    assert copied, f"no file of the Debian package {package} is on this machine"


def _finish(layout: Path, architectures: dict[str, str]) -> None:
    """Give each tag its platform and command, and drop the blobs of the steps before."""
    for tag, architecture in architectures.items():
        platform = ("--os", "linux", "--architecture", architecture)
        umoci("config", "--image", f"{layout}:{tag}", *platform, "--config.cmd", "/bin/busybox")
    umoci("gc", "--layout", layout)


def _write_index(layout: Path, tag: str, members: list[LayoutImage]) -> None:
    """Join images into one index, the only one that `index.json` then names."""
    entries = []
    for member in members:
        system, _, architecture = member.platforms[0].partition("/")
        platform = {"os": system, "architecture": architecture}
        entries.append(_descriptor(layout, _MANIFEST_TYPE, member.root) | {"platform": platform})
    content = _index(entries)
    digest = digest_of(content)
    blob_path(layout, digest).write_bytes(content)
    named = _descriptor(layout, _INDEX_TYPE, digest) | {"annotations": {REF_NAME: tag}}
    (layout / "index.json").write_bytes(_index([named]))


def _descriptor(layout: Path, media_type: str, digest: str) -> dict[str, object]:
    size = blob_path(layout, digest).stat().st_size
    return {"mediaType": media_type, "digest": digest, "size": size}


def _index(entries: list[dict[str, object]]) -> bytes:
    return json.dumps({"schemaVersion": 2, "mediaType": _INDEX_TYPE, "manifests": entries}).encode()
