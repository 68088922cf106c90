"""Volumes as they are saved: none too large, each a whole feed with its part of the content."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from feed_format import Volumes, read_feed
from feed_format.volume_packing import BLOCK, occupied
from provider_core.errors import (
    Exists,
    UsageError,
    VolumeMissing,
)
from provider_core.oci.layout import blob_path
from provider_feed import volume_saving

from .carrier import IMAGES, NAMES, SIZE, Carrier, closing, files_in, images_of, listed


def test_no_volume_exceeds_its_size_by_a_byte(saved: Carrier) -> None:
    assert len(saved.volumes) > 2
    for volume in saved.volumes:
        on_disk = sum(occupied(path.stat().st_size) for path in files_in(volume))
        folders = sum(path.is_dir() for path in (volume, *volume.rglob("*")))
        assert on_disk + folders * BLOCK <= SIZE
    assert sum(occupied(path.stat().st_size) for path in files_in(saved.volumes[0])) > SIZE * 0.8


def test_each_volume_is_a_feed_with_its_part_of_the_content(saved: Carrier) -> None:
    lists = {listed(volume).as_bytes() for volume in saved.volumes}
    assert len(lists) == 1
    for number, volume in enumerate(saved.volumes, start=1):
        own = Volumes.parse(*lists).volumes[number - 1]
        for digest, size in own.blobs.items():
            assert (volume / blob_path(digest)).stat().st_size == size
        assert {path.name for path in (volume / "pieces/sha256").iterdir()} == {
            piece.digest.hex for piece in own.pieces
        }
        assert json.loads((volume / "volume.json").read_text())["number"] == number
        documents = {document.name for document in read_feed(volume).documents()}
        assert documents == set(NAMES)


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs coreutils")
def test_each_volume_is_checked_without_ferry(saved: Carrier) -> None:
    for volume in saved.volumes:
        command = ["sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS"]
        subprocess.run(command, cwd=volume, check=True)
        listed = (volume / "SHA256SUMS").read_text().count("\n")
        assert listed == len(files_in(volume)) - 1


def test_a_plain_bundle_is_checked_without_ferry(carrier: Carrier, tmp_path: Path) -> None:
    for name in NAMES[:2]:
        carrier.near.save(name, to=str(tmp_path / "plain"))
        lines = (tmp_path / "plain/SHA256SUMS").read_text().splitlines()
        names = {line.partition("  ")[2] for line in lines}
        there = {str(path.relative_to(tmp_path / "plain")) for path in files_in(tmp_path / "plain")}
        assert names == there - {"SHA256SUMS", "lock"}


def test_images_say_which_volumes_they_need(saved: Carrier) -> None:
    volumes = listed(saved.volumes[0])
    for image in volumes.images:
        assert image.volumes == volumes.needed(IMAGES[image.name].blobs)
    assert any(len(image.volumes) < len(saved.volumes) for image in volumes.images)
    (needed,) = (image.volumes for image in volumes.images if image.name == "alpha")
    names = ", ".join(f"volume-0{number}" for number in needed)
    assert f"alpha 1.0 is on {names}" in saved.progress.notices


def test_volumes_are_not_extended(saved: Carrier) -> None:
    with pytest.raises(Exists):
        saved.save()
    with pytest.raises(Exists, match="volume-01"):
        saved.near.save("alpha", to=str(saved.volumes[0]))
    assert saved.far("far", saved.saved).install(*NAMES).installed


@pytest.mark.parametrize(
    ("size", "message"),
    [("64KiB", "too small"), ("4.3", "too small"), ("4,3GB", "no size"), ("GB", "no size")],
)
def test_impossible_sizes_are_refused_before_anything_is_written(
    carrier: Carrier, size: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        carrier.save(volume_size=size)
    assert not carrier.saved.exists()


def test_too_many_volumes_are_refused_before_anything_is_written(
    carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(volume_saving, "MOST_VOLUMES", 2)
    with pytest.raises(UsageError, match="2 are the most"):
        carrier.save()
    assert not carrier.saved.exists()


def test_the_least_size_that_is_named_works(carrier: Carrier) -> None:
    with pytest.raises(UsageError) as caught:
        carrier.save("alpha", volume_size="1")
    least = int(str(caught.value.fields["least"]))
    carrier.save("alpha", volume_size=f"{least * 3}")
    for volume in carrier.volumes:
        assert sum(path.stat().st_size for path in files_in(volume)) <= least * 3


def test_volumes_of_five_megabytes_over_three_images(tmp_path: Path) -> None:
    images = images_of(5_600_000)
    with closing(Carrier(tmp_path, images)) as carrier:
        carrier.save(volume_size="5MB")
        assert len(carrier.volumes) == 5
        for volume in carrier.volumes:
            assert sum(path.stat().st_size for path in files_in(volume)) <= 5_000_000
        carrier.put(carrier.volumes[0])
        far = carrier.far("far", carrier.drawer)
        for volume in reversed(carrier.volumes[1:]):
            with pytest.raises(VolumeMissing):
                far.install(*NAMES)
            carrier.put(volume)
        far.install(*NAMES)
        assert far.check_store() == ()
