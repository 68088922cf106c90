"""What a medium takes is known before the first byte: space, large files, FAT32."""

from __future__ import annotations

import sys

import pytest

from provider_core.disk import media
from provider_core.errors import (
    NoSpace,
)
from provider_core.operations.wishes import Wishes

from ....support.fat_stick import fat_stick
from .carrier import NAMES, Carrier, files_in


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
    assert max(path.stat().st_size for path in files_in(volume)) <= 200 << 10
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
    assert max(path.stat().st_size for path in files_in(volume)) < 1 << 18
    assert carrier.far("far", carrier.saved).install(*NAMES).installed


@pytest.mark.privileged
@pytest.mark.skipif(sys.platform != "linux", reason="needs mount")
def test_volumes_on_a_real_fat(carrier: Carrier) -> None:
    with fat_stick(carrier.folder) as stick:
        carrier.save(to=stick / "volumes")
        root = stick / "volumes" / "volume-01" / "trust" / "root.json"
        far = carrier.far("far", stick / "volumes", root)
        assert far.install(*NAMES).installed
        assert far.check_store() == ()
