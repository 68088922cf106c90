"""A volume that is damaged, lost or of another bundle spoils nothing of the others."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from feed_format.paths import piece_path
from provider_core import Host
from provider_core.errors import (
    BlobNotFound,
    DigestMismatch,
    IntegrityError,
    VolumeMissing,
)
from provider_core.oci.layout import blob_path

from .carrier import IMAGES, NAMES, Carrier, damage, listed


def _names(host: Host) -> list[str]:
    return sorted(image.name for image in host.list())


def test_a_damaged_volume_spoils_nothing_of_the_others(saved: Carrier) -> None:
    volumes = listed(saved.volumes[0])
    piece = volumes.volumes[1].pieces[0]
    damage(saved.volumes[1] / piece_path(piece.digest))
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
    piece = listed(good).volumes[1].pieces[0]
    damage(saved.volumes[1] / piece_path(piece.digest))
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
        damage(file)
    pinned = {"root": str(saved.root)}
    far = saved.host("far")
    saved.put(saved.volumes[1])
    far.add_source("usb", str(saved.drawer), options=pinned)
    far.set_source("usb", location=str(saved.saved))
    needed = {one.name: one.volumes for one in listed(saved.volumes[1]).images}
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
    needed = {one.name: one.volumes for one in listed(saved.volumes[0]).images}
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
    piece = listed(saved.volumes[0]).volumes[1].pieces[0]
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


def test_each_volume_is_verified_alone(saved: Carrier) -> None:
    host = saved.host("auditor")
    count = len(saved.volumes)
    (verdict,) = host.verify(str(saved.volumes[1]))
    assert (verdict.kind, verdict.problems) == (f"volume 2 of {count}", ())
    verdicts = host.verify(str(saved.saved))
    assert [one.problems for one in verdicts] == [()] * (count + 1)
    own = listed(saved.volumes[1]).volumes[1]
    files = [piece_path(piece.digest) for piece in own.pieces]
    files += [blob_path(digest) for digest in own.blobs]
    for name in files:
        damage(saved.volumes[1] / name)
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
