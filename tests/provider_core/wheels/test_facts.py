from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from provider_core.digests import Digest
from provider_core.errors import DocumentError
from provider_core.wheels.facts import PROVIDER_GROUP, Wheel, wheels_in

from ...support.wheels import acme_wheel, write_wheel


def test_the_group_is_that_of_discovery() -> None:
    from provider_core import discovery

    assert PROVIDER_GROUP == discovery.PROVIDER_GROUP


def test_a_wheel_says_what_it_is() -> None:
    path = acme_wheel("1.0.0")
    wheel = Wheel.read(path)
    assert (wheel.facts.name, wheel.facts.version) == ("imageferry-acme", "1.0.0")
    assert wheel.facts.providers == ("acme",)
    assert "imageferry>=0.1" in wheel.facts.requires
    assert wheel.digest == Digest.of(path.read_bytes())
    assert wheel.requirement == f"imageferry-acme==1.0.0 --hash=sha256:{wheel.digest.hex}"


def test_wheels_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    write_wheel(tmp_path, "zinc", "1")
    write_wheel(tmp_path, "alum", "1")
    (tmp_path / "notes.txt").touch()
    assert [wheel.facts.name for wheel in wheels_in(tmp_path)] == ["alum", "zinc"]


@pytest.mark.parametrize("name", ["alum-1-py3-none-any.whl", "no wheel.whl"])
def test_what_is_no_wheel_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"PK but not really")
    with pytest.raises(DocumentError):
        Wheel.read(tmp_path / name)


def test_a_wheel_that_is_another_one_inside_is_refused(tmp_path: Path) -> None:
    path = write_wheel(tmp_path, "zinc", "1")
    renamed = path.rename(tmp_path / "alum-1-py3-none-any.whl")
    with pytest.raises(DocumentError, match="inside it is zinc 1"):
        Wheel.read(renamed)


def test_metadata_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "alum-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("alum-1.dist-info/METADATA", bytes(5 << 20))
    with pytest.raises(DocumentError, match="longer than"):
        Wheel.read(path)


def test_a_wheel_without_metadata_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "alum-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("alum.py", "")
    with pytest.raises(DocumentError, match=r"0 \.dist-info folders"):
        Wheel.read(path)
