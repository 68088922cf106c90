"""The benchmark of bundles runs, and what a second delivery carries keeps its promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from .tables import tables

pytestmark = [pytest.mark.peer("skopeo", "podman", "openssl", "sha256sum"), pytest.mark.privileged]


def small(verb: str, folder: Path) -> dict[str, list[str]]:
    """Run the benchmark with a small image."""
    size = ("--megabytes", "5", "--rounds", "1", "--folder", str(folder))
    return tables("bundles.py", verb, *size)


def test_all_import_the_image(tmp_path: Path) -> None:
    rows = small("import", tmp_path)
    assert [name.split()[0] for name in rows] == ["ferry"] * 2 + ["skopeo"] * 3 + ["podman"]


def test_all_hash_the_bundle(tmp_path: Path) -> None:
    assert [name.split()[0] for name in small("verify", tmp_path)] == [
        *("ferry", "openssl", "openssl", "sha256sum")
    ]


def test_a_second_delivery_carries_what_has_changed(tmp_path: Path) -> None:
    sizes = {
        name: int(cells[0].replace(",", ""))
        for name, cells in small("second-round", tmp_path).items()
    }
    # Two layers of ten, and what is signed.
    assert sizes["ferry, against the inventory"] < 1_000_000 + 100_000
    assert sizes["ferry, a full bundle"] > 5_000_000
