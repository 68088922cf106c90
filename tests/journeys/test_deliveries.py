"""A plant without a network gets a full bundle, and then only what it lacks.

Its ferry came in a kit; every digest over there is the one that the other tools made here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ..peers.layouts import blob_path
from ..peers.side import Side
from .near_side import NearSide

pytestmark = [
    pytest.mark.peer("skopeo", "umoci", "docker-registry", "wimlib-imagex"),
    pytest.mark.index,
    pytest.mark.slow,
]


def test_a_courier_brings_first_everything_and_then_what_is_missing(
    near: NearSide, new_site: Callable[[], Side], tmp_path: Path
) -> None:
    plant = new_site()
    full = near.save("site:1.0", "tools/busybox")
    plant("source", "add", "usb", full, "--fingerprint", near.pin)
    assert len(plant("install", "site:1.0", "tools/busybox")) == 2
    delta = _next_build_by_inventory(near, plant, tmp_path / "inventory.json")
    _windows_through_a_diode(near, plant, delta)
    assert {image["digest"] for image in plant("list")} == near.digests
    assert plant("store", "check") == []


def _next_build_by_inventory(near: NearSide, plant: Side, inventory: Path) -> Path:
    """The base layer stays here, since the plant says that it has it."""
    inventory.write_text(json.dumps(plant("inventory")[0]))
    base, own = near.builds[1].layers[0]
    delta = near.save("site:1.1", missing_from=inventory)
    assert not blob_path(delta, base).exists()
    assert blob_path(delta, own).exists()
    (verdict,) = plant("verify", delta)
    assert (verdict["kind"], verdict["series"][:6], verdict["whole"]) == ("bundle", "plant ", True)
    plant("source", "set", "usb", "--location", delta)
    (image,) = plant("install", "site:1.1")
    assert image["digest"] == near.builds[1].root
    return delta


def _windows_through_a_diode(near: NearSide, plant: Side, earlier: Path) -> None:
    """Nothing came back; what the last bundle carried, and relied on, is taken to be there."""
    images = ("site:1.1", "NanoServer")
    bundle = near.save(*images, missing_from=earlier)
    for layer in near.builds[1].layers[0]:
        assert not blob_path(bundle, layer).exists()
    plant("source", "set", "usb", "--location", bundle)
    outcomes = {image["name"]: image["outcome"] for image in plant("install", *images)}
    assert outcomes == {"site": "kept", "NanoServer": "installed"}
    plant("source", "set", "usb", "--location", bundle)  # twice is harmless
    assert {image["outcome"] for image in plant("install", *images)} == {"kept"}
