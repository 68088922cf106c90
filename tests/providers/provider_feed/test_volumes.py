"""Bundles on several volumes: none too large, each whole by itself, read in any order."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from feed_format import Volumes, read_feed
from feed_format.paths import piece_path
from feed_format.volume_packing import BLOCK, occupied
from provider_core import Host
from provider_core.disk import media
from provider_core.errors import (
    BlobNotFound,
    DigestMismatch,
    Exists,
    IntegrityError,
    NoSpace,
    UsageError,
    VolumeMissing,
)
from provider_core.oci.layout import blob_path
from provider_core.operations.wishes import Wishes
from provider_feed import volume_place

from ...support.fat_stick import fat_stick
from .carrier import IMAGES, NAMES, SIZE, Carrier, closing, images_of


@pytest.fixture
def carrier(tmp_path: Path) -> Iterator[Carrier]:
    with closing(Carrier(tmp_path)) as carrier:
        yield carrier


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carrier]:
    with closing(Carrier(tmp_path_factory.mktemp("made"))) as carrier:
        carrier.save()
        yield carrier


@pytest.fixture
def saved(made: Carrier, tmp_path: Path) -> Iterator[Carrier]:
    with closing(made.copied(tmp_path)) as carrier:
        yield carrier


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _listed(volume: Path) -> Volumes:
    data = read_feed(volume).file("volumes.json")
    assert data is not None
    return Volumes.parse(data)


def _names(host: Host) -> list[str]:
    return sorted(image.name for image in host.list())


def test_no_volume_exceeds_its_size_by_a_byte(saved: Carrier) -> None:
    assert len(saved.volumes) > 2
    for volume in saved.volumes:
        on_disk = sum(occupied(path.stat().st_size) for path in _files(volume))
        folders = sum(path.is_dir() for path in (volume, *volume.rglob("*")))
        assert on_disk + folders * BLOCK <= SIZE
    assert sum(occupied(path.stat().st_size) for path in _files(saved.volumes[0])) > SIZE * 0.8


def test_each_volume_is_a_feed_with_its_part_of_the_content(saved: Carrier) -> None:
    lists = {_listed(volume).as_bytes() for volume in saved.volumes}
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
        assert listed == len(_files(volume)) - 1


def test_a_plain_bundle_is_checked_without_ferry(carrier: Carrier, tmp_path: Path) -> None:
    for name in NAMES[:2]:
        carrier.near.save(name, to=str(tmp_path / "plain"))
        lines = (tmp_path / "plain/SHA256SUMS").read_text().splitlines()
        names = {line.partition("  ")[2] for line in lines}
        there = {str(path.relative_to(tmp_path / "plain")) for path in _files(tmp_path / "plain")}
        assert names == there - {"SHA256SUMS", "lock"}


def test_images_say_which_volumes_they_need(saved: Carrier) -> None:
    volumes = _listed(saved.volumes[0])
    for image in volumes.images:
        assert image.volumes == volumes.needed(IMAGES[image.name].blobs)
    assert any(len(image.volumes) < len(saved.volumes) for image in volumes.images)
    (needed,) = (image.volumes for image in volumes.images if image.name == "alpha")
    names = ", ".join(f"volume-0{number}" for number in needed)
    assert f"alpha 1.0 is on {names}" in saved.progress.notices


def test_the_folder_of_all_volumes_is_one_source(saved: Carrier) -> None:
    far = saved.far("far", saved.saved)
    assert {package.name for package in far.find("*").packages} == set(NAMES)
    assert far.install(*NAMES).installed
    assert far.check_store() == ()
    named = saved.host("named").install(
        str(saved.saved), wishes=Wishes(options={"root": str(saved.root)})
    )
    assert {image.name for image in named.installed} == set(NAMES)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3)))[1::2], ids=str)
def test_one_after_the_other_in_any_order(saved: Carrier, order: tuple[int, ...]) -> None:
    volumes = saved.volumes
    sequence = [volumes[place] for place in order] + volumes[3:]
    saved.put(sequence[0])
    far = saved.far("far", saved.drawer)
    for count, volume in enumerate(sequence, start=1):
        saved.put(volume)
        if count < len(volumes):
            with pytest.raises(VolumeMissing) as caught:
                far.install(*NAMES)
            unseen = {volumes.index(one) + 1 for one in sequence[count:]}
            assert set(caught.value.volumes) == unseen
            assert caught.value.of == len(volumes)
            assert caught.value.exit_code == 3
            assert not far.list()
    assert far.install(*NAMES).installed
    assert far.check_store() == ()
    assert {image.name: image.content.root for image in far.list()} == {
        name: image.root for name, image in IMAGES.items()
    }


def test_only_what_an_image_needs_is_asked_for(saved: Carrier) -> None:
    (needed,) = (one.volumes for one in _listed(saved.volumes[0]).images if one.name == "gamma")
    saved.put(saved.volumes[needed[0] - 1])
    far = saved.far("far", saved.drawer)
    with pytest.raises(VolumeMissing, match=r"gamma 1\.0") as caught:
        far.install("gamma")
    assert caught.value.volumes == needed[1:]


def test_nothing_is_read_twice_across_restarts(
    saved: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    real = volume_place.VolumePlace._read

    def counted(self: volume_place.VolumePlace, number: int, piece: Any) -> bytes:
        data = real(self, number, piece)
        read.append(len(data))
        return data

    monkeypatch.setattr(volume_place.VolumePlace, "_read", counted)
    pinned = {"root": str(saved.root)}
    for volume in (*saved.volumes, saved.volumes[0]):
        saved.put(volume)
        with saved.host("far") as far:  # a process of its own, as it were
            if all(one.source.name != "usb" for one in far.sources()):
                far.add_source("usb", str(saved.drawer), options=pinned)
            try:
                far.install(*NAMES)
            except VolumeMissing:
                continue
    with saved.host("far") as far:
        assert _names(far) == list(NAMES)
    pieces = [piece for volume in _listed(saved.volumes[0]).volumes for piece in volume.pieces]
    assert sum(read) == sum(piece.length for piece in pieces) > 0


def _damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)


def test_a_damaged_volume_spoils_nothing_of_the_others(saved: Carrier) -> None:
    volumes = _listed(saved.volumes[0])
    piece = volumes.volumes[1].pieces[0]
    _damage(saved.volumes[1] / piece_path(piece.digest))
    far = saved.far("far", saved.saved)
    with pytest.raises(DigestMismatch, match=piece.digest.hex) as caught:
        far.install(*NAMES)
    assert "volume-02" in caught.value.message
    assert not far.list()
    needing = {name for name in NAMES if piece.blob in IMAGES[name].blobs}
    for name in set(NAMES) - needing:
        far.install(name)
    assert set(_names(far)) == set(NAMES) - needing
    assert far.check_store() == ()


def test_a_new_copy_of_the_damaged_volume_is_enough(saved: Carrier, tmp_path: Path) -> None:
    good = tmp_path / "good"
    shutil.copytree(saved.volumes[1], good)
    piece = _listed(good).volumes[1].pieces[0]
    _damage(saved.volumes[1] / piece_path(piece.digest))
    (name, *_) = (name for name in NAMES if piece.blob in IMAGES[name].blobs)
    far = saved.far("far", saved.saved)
    with pytest.raises(IntegrityError):
        far.install(name)
    saved.put(good)
    far.set_source("usb", location=str(saved.drawer))
    assert far.install(name).installed
    assert far.check_store() == ()


@pytest.mark.parametrize("place", ["trust/timestamp.json", "trust/targets", "trust/1.root.json"])
def test_damaged_lists_on_one_volume_are_read_from_another(saved: Carrier, place: str) -> None:
    path = saved.volumes[0] / place
    for file in [path] if path.is_file() else path.glob("*.json"):
        _damage(file)
    pinned = {"root": str(saved.root)}
    far = saved.host("far")
    saved.put(saved.volumes[1])
    far.add_source("usb", str(saved.drawer), options=pinned)
    far.set_source("usb", location=str(saved.saved))
    needed = {one.name: one.volumes for one in _listed(saved.volumes[1]).images}
    spared = [name for name in NAMES if 1 not in needed[name]]
    if spared:
        far.install(*spared)
    if place == "trust/timestamp.json":  # by which it is known as one of them
        with pytest.raises(VolumeMissing):
            far.install(*NAMES)
    else:
        far.install(*NAMES)
        assert far.check_store() == ()


def test_losing_one_loses_only_what_was_on_it(saved: Carrier) -> None:
    needed = {one.name: one.volumes for one in _listed(saved.volumes[0]).images}
    lost = len(saved.volumes)
    shutil.rmtree(saved.volumes[-1])
    far = saved.far("far", saved.saved)
    for name in NAMES:
        if lost in needed[name]:
            with pytest.raises(VolumeMissing) as caught:
                far.install(name)
            assert caught.value.volumes == (lost,)
        else:
            far.install(name)
    assert _names(far) == [name for name in NAMES if lost not in needed[name]] != []


def test_a_volume_that_lacks_a_file_is_not_asked_for_again(saved: Carrier) -> None:
    piece = _listed(saved.volumes[0]).volumes[1].pieces[0]
    (saved.volumes[1] / piece_path(piece.digest)).unlink()
    far = saved.far("far", saved.saved)
    with pytest.raises(BlobNotFound, match="volume 2 of the bundle saved"):
        far.install(*NAMES)


def test_another_bundles_volume_is_none_of_these(saved: Carrier, tmp_path: Path) -> None:
    older = tmp_path / "older"
    saved.saved.rename(older)
    saved.save()
    root = saved.root
    shutil.rmtree(saved.volumes[1])
    shutil.copytree(older / "volume-02", saved.saved / "volume-02")
    far = saved.far("far", saved.saved, root)
    with pytest.raises(VolumeMissing) as caught:
        far.install(*NAMES)
    assert caught.value.volumes == (2,)


def test_who_trusts_the_publisher_alone_reads_volumes_too(saved: Carrier) -> None:
    far = saved.far("far", saved.saved, saved.feed.path / "trust" / "root.json")
    far.install(*NAMES)
    assert far.check_store() == ()


def test_only_what_is_missing_is_on_volumes(saved: Carrier, tmp_path: Path) -> None:
    far = saved.far("far", saved.saved)
    far.install("alpha")
    rest = tmp_path / "rest"
    first = saved.save("alpha", "beta", to=tmp_path / "first")
    delta = saved.save(to=rest, missing_from=str(tmp_path / "first" / "volume-01"))
    assert delta.written < first.written
    assert {one.name: one.volumes for one in _listed(rest / "volume-01").images}["alpha"] == ()
    empty = saved.far("empty", rest)
    with pytest.raises(IntegrityError, match="builds on content that is not here"):
        empty.install("gamma")
    assert not list(empty.store.blobs())


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


def test_the_least_size_that_is_named_works(carrier: Carrier) -> None:
    with pytest.raises(UsageError) as caught:
        carrier.save("alpha", volume_size="1")
    least = int(str(caught.value.fields["least"]))
    carrier.save("alpha", volume_size=f"{least * 3}")
    for volume in carrier.volumes:
        assert sum(path.stat().st_size for path in _files(volume)) <= least * 3


def test_volumes_of_five_megabytes_over_three_images(tmp_path: Path) -> None:
    images = images_of(5_600_000)
    with closing(Carrier(tmp_path, images)) as carrier:
        carrier.save(volume_size="5MB")
        assert len(carrier.volumes) == 5
        for volume in carrier.volumes:
            assert sum(path.stat().st_size for path in _files(volume)) <= 5_000_000
        carrier.put(carrier.volumes[0])
        far = carrier.far("far", carrier.drawer)
        for volume in reversed(carrier.volumes[1:]):
            with pytest.raises(VolumeMissing):
                far.install(*NAMES)
            carrier.put(volume)
        far.install(*NAMES)
        assert far.check_store() == ()


def test_too_little_space_is_found_before_anything_is_written(
    carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "_free", lambda path: 1_000_000)
    with pytest.raises(NoSpace) as caught:
        carrier.save()
    assert caught.value.fields["free"] == 1_000_000
    assert not carrier.saved.exists()
    with pytest.raises(NoSpace):
        carrier.near.save(*NAMES, to=str(carrier.folder / "plain"))
    assert not (carrier.folder / "plain").exists()


def test_a_limit_of_files_cuts_what_is_larger(carrier: Carrier) -> None:
    wishes = Wishes(options={"max-file-size": "200KiB"})
    carrier.near.save(*NAMES, to=str(carrier.saved), wishes=wishes)
    (volume,) = carrier.volumes
    assert max(path.stat().st_size for path in _files(volume)) <= 200 << 10
    assert len(list((volume / "pieces/sha256").iterdir())) > len(NAMES)
    assert carrier.far("far", volume).install(*NAMES).installed
    carrier.near.save(
        *NAMES,
        to=str(carrier.folder / "plain"),
        wishes=Wishes(options={"max-file-size": "4GiB"}),
    )
    assert (carrier.folder / "plain" / "trust").is_dir()


def test_fat_makes_volumes_by_itself(carrier: Carrier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "file_system", lambda path: "vfat")
    monkeypatch.setattr(media, "FAT_LARGEST", (1 << 18) - 1)
    carrier.near.save(*NAMES, to=str(carrier.saved))
    (volume,) = carrier.volumes
    assert max(path.stat().st_size for path in _files(volume)) < 1 << 18
    assert carrier.far("far", carrier.saved).install(*NAMES).installed


def test_each_volume_is_verified_alone(saved: Carrier) -> None:
    host = saved.host("auditor")
    count = len(saved.volumes)
    (verdict,) = host.verify(str(saved.volumes[1]))
    assert (verdict.kind, verdict.problems) == (f"volume 2 of {count}", ())
    verdicts = host.verify(str(saved.saved))
    assert [one.problems for one in verdicts] == [()] * (count + 1)
    own = _listed(saved.volumes[1]).volumes[1]
    files = [piece_path(piece.digest) for piece in own.pieces]
    files += [blob_path(digest) for digest in own.blobs]
    for name in files:
        _damage(saved.volumes[1] / name)
    (verdict,) = host.verify(str(saved.volumes[1]))
    assert len(verdict.problems) == len(files)
    for name in files:
        (saved.volumes[1] / name).unlink()
    (verdict,) = host.verify(str(saved.volumes[1]))
    assert len(verdict.problems) == len(files)
    assert all("missing" in problem for problem in verdict.problems)


def test_a_lost_volume_is_told(saved: Carrier) -> None:
    shutil.rmtree(saved.volumes[0])
    (saved.volumes[0] / "volume.json").unlink()  # the second one
    *each, together = saved.host("auditor").verify(str(saved.saved))
    assert each[0].problems == ("its volume.json does not say which volume it is",)
    assert not any(one.problems for one in each[1:])
    assert together.problems == ("volume 1 is not here", "volume 2 is not here")


@pytest.mark.privileged
@pytest.mark.skipif(sys.platform != "linux", reason="needs mount")
def test_volumes_on_a_real_fat(carrier: Carrier) -> None:
    with fat_stick(carrier.folder) as stick:
        carrier.save(to=stick / "volumes")
        root = stick / "volumes" / "volume-01" / "trust" / "root.json"
        far = carrier.far("far", stick / "volumes", root)
        assert far.install(*NAMES).installed
        assert far.check_store() == ()
