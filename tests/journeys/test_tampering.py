"""One bit is changed on the way, wherever: it is found, told by name, and nothing is believed.

Here ferry runs as a library: 200 times the command would start 200 times.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provider_core import Host, Settings
from provider_core.errors import Error, IntegrityError, Untrusted

from ..peers.side import Side
from .near_side import NearSide

pytestmark = pytest.mark.peer("skopeo", "umoci", "docker-registry", "wimlib-imagex")

Refused = pytest.ExceptionInfo[Error]
IMAGES = ("site:1.0", "site:1.1", "tools/busybox:1.35")
SETTINGS = Settings(plugins=False, disabled_sources=("hub", "samples"))


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


@contextmanager
def home_of(folder: Path) -> Iterator[Host]:
    """Open a home, which knows nothing."""
    with Host(folder, settings=SETTINGS) as host:
        host.list()
        yield host


def follow(host: Host, place: Path, pin: str) -> None:
    """Have a home believe the courier."""
    host.add_source("usb", str(place), provider="feed", options={"fingerprint": pin})


@contextmanager
def refused(host: Host, error: type[Error] = IntegrityError, code: int = 4) -> Iterator[Refused]:
    """Expect that error; no image, no blob that is not what its name says, no change on record."""
    with pytest.raises(error) as caught:
        yield caught
    assert caught.value.exit_code == code
    assert caught.value.hint
    assert host.list() == ()
    assert host.check_store() == ()
    assert host.catalog.revision() == sum(not row.builtin for row in host.sources())


@pytest.mark.parametrize("kind", ["bundle", "volume"])
def test_every_signed_file(
    near: NearSide, request: pytest.FixtureRequest, kind: str, tmp_path: Path
) -> None:
    place: Path = request.getfixturevalue(kind)
    (place / "SHA256SUMS").unlink(missing_ok=True)  # it would tell too
    files = signed_files(place)
    assert {path.name.rpartition(".")[0] for path in files} > {"1.root", "timestamp"}
    for number, path in enumerate(files):
        is_root = path.name == "1.root.json"  # with another one it is another feed
        expected = (Untrusted, 2) if is_root else (IntegrityError, 4)
        with home_of(tmp_path / f"home-{number}") as host, changed(path, path.stat().st_size // 2):
            (verdict,) = host.verify(str(place))
            assert verdict.problems, path
            with refused(host, *expected):
                follow(host, place, near.pin)
                host.install(*IMAGES)
            assert not list(host.store.blobs())


def test_two_hundred_random_bytes_of_blobs(near: NearSide, bundle: Path, tmp_path: Path) -> None:
    """Whoever verifies is told which blob it is, each time; verifying writes nothing."""
    chance, blobs = random.Random(200), content(bundle)
    with home_of(tmp_path / "home") as host:
        follow(host, bundle, near.pin)
        before = Side(host.home.root).files()
        for _ in range(200):
            path = chance.choice(blobs)
            with changed(path, chance.randrange(path.stat().st_size)):
                (verdict,) = host.verify(str(bundle))
            (problem,) = verdict.problems
            assert path.name in problem
        assert Side(host.home.root).files() == before
        host.install(*IMAGES)


def test_no_changed_blob_is_installed(near: NearSide, bundle: Path, tmp_path: Path) -> None:
    """What was verified before is kept, for the next try; what is damaged is never seen."""
    chance = random.Random(1)
    for number, path in enumerate(content(bundle)):
        with home_of(tmp_path / f"home-{number}") as host:
            follow(host, bundle, near.pin)
            at = chance.randrange(path.stat().st_size)
            with changed(path, at), refused(host) as caught:
                host.install(*IMAGES)
            assert path.name in caught.value.message
            assert path.name not in {digest.hex for digest, _ in host.store.blobs()}
