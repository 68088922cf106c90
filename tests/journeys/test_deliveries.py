"""A plant without a network gets a full bundle, then only what it lacks, then discs of 5 MB.

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
    full = near.save("site:1.0", "NanoServer", "tools/busybox")
    plant("source", "add", "usb", full, "--fingerprint", near.pin)
    assert len(plant("install", "site:1.0", "NanoServer", "tools/busybox")) == 3

    delta = _next_build_by_inventory(near, plant, tmp_path)
    diode = _through_a_diode(near, plant, delta)
    _twice_is_harmless(plant, diode)
    assert {image["digest"] for image in plant("list")} == near.digests
    assert plant("store", "check") == []


def _next_build_by_inventory(near: NearSide, plant: Side, folder: Path) -> Path:
    inventory = folder / "inventory.json"
    inventory.write_text(json.dumps(plant("inventory")[0]))
    delta = near.save("site:1.1", missing_from=inventory)
    assert not blob_path(delta, near.base_layer).exists()
    assert blob_path(delta, near.builds[1].layers[0][1]).exists()
    plant("source", "set", "usb", "--location", delta)
    (image,) = plant("install", "site:1.1")
    assert image["digest"] == near.builds[1].root
    return delta


def _through_a_diode(near: NearSide, plant: Side, earlier: Path) -> Path:
    """Nothing came back; what the last bundle carried, and relied on, is taken to be there."""
    bundle = near.save("site:1.0", "site:1.1", missing_from=earlier)
    for build in near.builds:
        assert not blob_path(bundle, build.layers[0][0]).exists()
    plant("source", "set", "usb", "--location", bundle)
    return bundle


def _twice_is_harmless(plant: Side, bundle: Path) -> None:
    before = plant.blobs()
    for _ in range(2):
        plant("source", "set", "usb", "--location", bundle)
        assert {row["outcome"] for row in plant("install", "site:1.0", "site:1.1")} == {"kept"}
    assert plant.blobs() == before
