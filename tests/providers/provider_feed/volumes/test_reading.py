"""Volumes as they are read: in any order, nothing twice, across restarts."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from provider_core import Host
from provider_core.errors import (
    IntegrityError,
    VolumeMissing,
)
from provider_core.operations.wishes import Wishes
from provider_feed import volume_place

from .carrier import IMAGES, NAMES, Carrier, listed


def _names(host: Host) -> list[str]:
    return sorted(image.name for image in host.list())


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
    (needed,) = (one.volumes for one in listed(saved.volumes[0]).images if one.name == "gamma")
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
    pieces = [piece for volume in listed(saved.volumes[0]).volumes for piece in volume.pieces]
    assert sum(read) == sum(piece.length for piece in pieces) > 0


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
    assert {one.name: one.volumes for one in listed(rest / "volume-01").images}["alpha"] == ()
    empty = saved.far("empty", rest)
    with pytest.raises(IntegrityError, match="builds on content that is not here"):
        empty.install("gamma")
    assert not list(empty.store.blobs())
