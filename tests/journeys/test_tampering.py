"""One bit is changed on the way, wherever: it is found, told by name, and nothing is believed.

Here ferry runs as a library: 200 times the command would start 200 times.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provider_core import Host, Settings
from provider_core.errors import Error, IntegrityError, Untrusted

from .near_side import NearSide

pytestmark = pytest.mark.peer("skopeo", "umoci", "docker-registry", "wimlib-imagex")

IMAGES = ("site:1.0", "site:1.1", "tools/busybox:1.35")
SETTINGS = Settings(plugins=False, disabled_sources=("hub", "samples"))
Opened = Callable[[], Host]


@pytest.fixture(scope="module")
def bundle(near: NearSide) -> Path:
    return near.save(*IMAGES)


@pytest.fixture(scope="module")
def volume(near: NearSide) -> Path:
    """Return the first of two volumes."""
    return near.save(*IMAGES, volume_size="2MB") / "volume-01"


@contextmanager
def changed(path: Path, at: int) -> Iterator[None]:
    """Change one bit of a file, for a while."""
    data = path.read_bytes()
    path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    try:
        yield
    finally:
        path.write_bytes(data)


def signed_files(folder: Path) -> list[Path]:
    """Return what signatures cover, but for the copy of the newest root."""
    trust = folder / "trust"
    return sorted(path for path in trust.rglob("*.json") if path != trust / "root.json")


def content(folder: Path) -> list[Path]:
    """Return every blob and piece of a blob."""
    return sorted(path for path in folder.glob("*/sha256/*"))


def files_of(host: Host) -> dict[Path, bytes]:
    """Return every file in a home."""
    return {path: path.read_bytes() for path in host.home.path.rglob("*") if path.is_file()}


def bring(host: Host, place: Path, pin: str, *images: str) -> None:
    """Do what the far side does with a stick."""
    host.add_source("usb", str(place), provider="feed", options={"fingerprint": pin}, force=True)
    host.install(*images)
