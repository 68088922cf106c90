"""What a medium takes is known before anything is written to it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from provider_core.disk import media
from provider_core.disk.media import FAT_LARGEST, Medium, files_at_once, medium_of, require_writable
from provider_core.errors import NoSpace, StoreError

from ...support.fat_stick import fat_stick


@pytest.mark.parametrize("kind", ["vfat", "msdos", "fuse.fusefat"])
def test_fat_has_32_bits_for_a_size(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "file_system", lambda path: kind)
    assert medium_of(tmp_path / "not" / "there").largest_file == FAT_LARGEST == 2**32 - 1


@pytest.mark.parametrize("kind", ["", "ext4", "exfat", "udf"])
def test_others_take_files_of_any_size(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "file_system", lambda path: kind)
    assert medium_of(tmp_path).largest_file is None


@pytest.mark.parametrize(
    ("kind", "count"), [("iso9660", 1), ("udf", 1), ("ext4", 2), ("vfat", 2), ("", 2)]
)
def test_a_disc_is_read_one_file_after_the_other(
    kind: str, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "file_system", lambda path: kind)
    assert files_at_once(tmp_path) == count


@pytest.mark.skipif(sys.platform == "win32", reason="needs ulimit")
def test_a_limit_of_the_process_counts(tmp_path: Path) -> None:
    code = (
        "import resource; from pathlib import Path\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))\n"
        "from provider_core.disk.media import medium_of\n"
        f"assert medium_of(Path({str(tmp_path)!r})).largest_file == 1 << 20\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_space_that_is_not_there(tmp_path: Path) -> None:
    medium = Medium(type="ext4", free=10, largest_file=None)
    medium.require_space(tmp_path, 10)
    with pytest.raises(NoSpace, match="11 bytes needed, 10 free"):
        medium.require_space(tmp_path, 11)
    Medium(type="", free=None, largest_file=None).require_space(tmp_path, 11)


def test_a_place_that_is_not_there_yet(tmp_path: Path) -> None:
    free = medium_of(tmp_path / "a" / "b").free
    assert free is not None
    assert free > 0
    require_writable(tmp_path / "a" / "b")


@pytest.mark.privileged
@pytest.mark.skipif(sys.platform != "linux", reason="needs mount")
def test_a_read_only_medium_is_told(tmp_path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(tmp_path)], check=True)
    try:
        with pytest.raises(StoreError, match="read-only") as caught:
            require_writable(tmp_path / "bundle" / "new")
    finally:
        subprocess.run(["umount", "-l", str(tmp_path)], check=True)
    assert caught.value.fields["read_only"]


@pytest.mark.privileged
@pytest.mark.skipif(sys.platform != "linux", reason="needs mount")
def test_a_real_fat_is_recognised(tmp_path: Path) -> None:
    with fat_stick(tmp_path) as stick:
        assert medium_of(stick / "bundle").largest_file == FAT_LARGEST
