"""The near side: real images from three kinds of sources, and bundles that are made of them."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..peers.images import make_busybox
from ..peers.layouts import LayoutImage
from ..peers.registries import DockerRegistry
from ..peers.side import Side
from ..peers.tools import skopeo_copy
from ..peers.wimlib import imagex

__all__ = ["ALL_THREE", "SERIES", "NearSide", "capture_windows", "push_busybox"]

ALL_THREE: Final = ("site:1.1", "NanoServer", "tools/busybox")
"""A build of Debian files, Windows from a WIM file, an image of a registry."""
SERIES: Final = "plant"
_PAST: Final = Path(__file__).with_name("save_in_the_past.py")
_WINDOWS: Final = {"ARCH": 9, "VERSION/MAJOR": 10, "VERSION/MINOR": 0, "VERSION/BUILD": 14393}


@dataclass(frozen=True, slots=True, kw_only=True)
class NearSide:
    """Who has a network, and fills the courier's bag."""

    ferry: Side
    bag: Path
    """The folder that bundles are saved to."""
    builds: tuple[LayoutImage, LayoutImage]
    """`site` 1.0 and 1.1, on one base layer."""
    digests: frozenset[str]
    """Of all four images, as the tools that made them say."""
    pin: str
    """The courier's fingerprint, which a far side is told by another way than the bundle."""

    @property
    def base_layer(self) -> str:
        """Digest of the layer that both builds have."""
        return self.builds[0].layers[0][0]

    def save(self, *images: str, series: str = SERIES, **options: str | Path) -> Path:
        """Save *images* to a new bundle; *options* are further flags, with _ for -."""
        flags = [
            word
            for name, value in options.items()
            for word in (f"--{name.replace('_', '-')}", value)
        ]
        bundle = self._free_place()
        self.ferry("save", *images, "--to", bundle, "--series", series, *flags)
        return bundle

    def save_in_the_past(self, *images: str, days: int, valid_for: str) -> Path:
        """Save as if it were *days* ago, by a clock that is late."""
        bundle = self._free_place()
        told = ("save", *images, "--to", bundle, "--series", SERIES, "--valid-for", valid_for)
        words = [str(word) for word in (*told, "--home", self.ferry.home)]
        subprocess.run(
            [sys.executable, _PAST, str(days), *words], check=True, capture_output=True, timeout=60
        )
        return bundle

    def _free_place(self) -> Path:
        self.bag.mkdir(exist_ok=True)
        return self.bag / f"bundle-{len(list(self.bag.iterdir()))}"


def capture_windows(folder: Path) -> Path:
    """Return a WIM file of 9 MB, for two discs of 5 MB at least, made by wimlib of a folder."""
    system = folder / "tree" / "Windows" / "System32"
    system.mkdir(parents=True)
    (system / "kernel32.dll").write_bytes(random.Random(7).randbytes(9_000_000))
    (system / "license.rtf").write_text("whatever it says")
    wim = folder / "nano.wim"
    properties = [f"--image-property=WINDOWS/{name}={value}" for name, value in _WINDOWS.items()]
    imagex("capture", folder / "tree", wim, "NanoServer", "--compress=xpress", *properties)
    return wim


def push_busybox(folder: Path, registry: DockerRegistry) -> str:
    """Have skopeo push an image as `tools/busybox:1.35` to the registry; return its digest."""
    image = make_busybox(folder / "busybox")
    target = f"docker://{registry.host}/tools/busybox:1.35"
    skopeo_copy(f"oci:{image.layout}:{image.tag}", target, "--dest-tls-verify=false")
    return image.root
