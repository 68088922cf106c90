from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from provider_core.digests import Digest
from provider_core.errors import DigestMismatch, DocumentError, IntegrityError, NoSuchFile
from provider_core.wheels.sums import SUMS, check_sums

from ...support.wheels import list_sums


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "below").mkdir()
    (tmp_path / "a.whl").write_bytes(b"one")
    (tmp_path / "below" / "b with blanks").write_bytes(b"two")
    list_sums(tmp_path)
    return tmp_path


def test_what_was_listed_is_whole(folder: Path) -> None:
    assert check_sums(folder)["a.whl"] == Digest.of(b"one")


@pytest.mark.peer("sha256sum")
def test_others_can_check_it(folder: Path) -> None:
    command = ["sha256sum", "--check", "--strict", SUMS]
    assert subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 0


def test_a_changed_file_is_found(folder: Path) -> None:
    (folder / "below" / "b with blanks").write_bytes(b"twO")
    with pytest.raises(DigestMismatch, match="b with blanks"):
        check_sums(folder)


def test_a_missing_file_is_found(folder: Path) -> None:
    (folder / "a.whl").unlink()
    with pytest.raises(NoSuchFile):
        check_sums(folder)


def test_a_wheel_beside_the_list_is_found(folder: Path) -> None:
    (folder / "c.whl").touch()
    with pytest.raises(IntegrityError, match=r"c\.whl is not in SHA256SUMS"):
        check_sums(folder)


def test_without_a_list_nothing_is_believed(folder: Path) -> None:
    (folder / SUMS).unlink()
    with pytest.raises(NoSuchFile):
        check_sums(folder)


@pytest.mark.parametrize(
    "line", ["no hash", f"{'0' * 64}  ../secret", f"{'0' * 64}  /etc/passwd", f"{'0' * 63}  a.whl"]
)
def test_a_line_that_leads_away_is_refused(line: str, folder: Path) -> None:
    (folder / SUMS).write_text(f"{line}\n")
    with pytest.raises(DocumentError, match="line 1"):
        check_sums(folder)
