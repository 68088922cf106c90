"""What a courier should not have brought: refused by name, and not a byte of the home changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ..peers.side import Side
from .near_side import NearSide

pytestmark = [
    pytest.mark.peer("skopeo", "umoci", "docker-registry", "wimlib-imagex"),
    pytest.mark.index,
    pytest.mark.slow,
]


@pytest.fixture(scope="module")
def bundles(near: NearSide) -> tuple[Path, Path]:
    """Return a first bundle, and the delta on top of it."""
    first = near.save("site:1.0")
    return first, near.save("site:1.1", missing_from=first)


@pytest.fixture
def plant(near: NearSide, bundles: tuple[Path, Path], new_site: Callable[[], Side]) -> Side:
    """Return a site that has what is in the second bundle."""
    plant = new_site()
    plant("source", "add", "usb", bundles[0], "--fingerprint", near.pin)
    plant("install", "site:1.0")
    plant("source", "set", "usb", "--location", bundles[1])
    plant("install", "site:1.1")
    return plant


def plug_in(plant: Side, bundle: Path, *, code: int) -> dict[str, object]:
    """Bring a bundle that must be refused, and return what is said of it."""
    return plant.refuses("source", "set", "usb", "--location", bundle, code=code)


def test_an_old_stick_a_strangers_and_another_plants(
    near: NearSide, bundles: tuple[Path, Path], plant: Side, tmp_path: Path
) -> None:
    error = plug_in(plant, bundles[0], code=4)
    assert error["class"] == "Rollback"
    assert "--accept-rollback" in str(error["hint"])

    error = plug_in(plant, strangers_bundle(near, tmp_path), code=2)
    assert error["class"] == "Untrusted"
    assert f"{near.pin}ispinned" in str(error["message"]).replace(" ", "")

    error = plug_in(plant, near.save("site:1.0", series="other-plant"), code=4)
    assert error["class"] == "IntegrityError"
    assert error["message"] == "the bundle is of the series 'other-plant', not of 'plant'"

    (kept,) = (row for row in plant("source", "list") if row["name"] == "usb")
    assert kept["location"] == str(bundles[1])
    newer = near.save("site:1.0")
    plant("source", "set", "usb", "--location", newer)
    plant("install", "site:1.0")


def strangers_bundle(near: NearSide, folder: Path) -> Path:
    """Return a bundle with the same image and series, made where other keys are."""
    stranger, bundle = Side(folder / "stranger"), folder / "strangers"
    stranger("save", near.builds[0].layout, "--to", bundle, "--series", "plant")
    return bundle


def test_a_delta_without_its_base(
    near: NearSide, bundles: tuple[Path, Path], new_site: Callable[[], Side]
) -> None:
    other = new_site()
    other("source", "add", "usb", bundles[1], "--fingerprint", near.pin)
    error = other.refuses("install", "site:1.1", code=4)
    assert error["message"] == f"this bundle builds on content that is not here: {near.base_layer}"
    assert "ferry inventory" in error["hint"]
    near.ferry("save", "site:1.1", "--to", bundles[1], "--series", "plant")  # what it left out
    other("install", "site:1.1")


def test_a_stick_from_a_drawer(near: NearSide, new_site: Callable[[], Side]) -> None:
    old = near.save_in_the_past("site:1.0", days=120, valid_for="90d")
    plant = new_site()
    plant("source", "list")
    error = plant.refuses("source", "add", "usb", old, "--fingerprint", near.pin, code=4)
    assert error["class"] == "Expired"
    assert "30 days ago" in error["message"]
    assert near.ferry("verify", old, code=4)[0]["problems"]
    plant("source", "add", "usb", old, "--fingerprint", near.pin, "--accept-expired", "31d")
    plant("install", "site")
