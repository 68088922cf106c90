"""The benchmark of bundles runs, and what a second delivery carries keeps its promise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "bundles.py"

pytestmark = [pytest.mark.peer("skopeo", "podman", "openssl", "sha256sum"), pytest.mark.privileged]


def tables(verb: str, folder: Path) -> dict[str, list[str]]:
    """Run the benchmark with a small image; return the cells of each named row by its name."""
    size = ("--megabytes", "5", "--rounds", "1", "--folder", str(folder))
    run = subprocess.run(
        [sys.executable, str(BENCHMARK), verb, *size],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    lines = [line for line in run.stdout.splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    return {name: cells for name, *cells in rows if name}


def test_all_import_the_image(tmp_path: Path) -> None:
    rows = tables("import", tmp_path)
    assert [name.split()[0] for name in rows] == ["ferry"] * 2 + ["skopeo"] * 3 + ["podman"]


def test_all_hash_the_bundle(tmp_path: Path) -> None:
    assert [name.split()[0] for name in tables("verify", tmp_path)] == [
        *("ferry", "openssl", "openssl", "sha256sum")
    ]


def test_a_second_delivery_carries_what_has_changed(tmp_path: Path) -> None:
    sizes = {
        name: int(cells[0].replace(",", ""))
        for name, cells in tables("second-round", tmp_path).items()
    }
    # Two layers of ten, and what is signed.
    assert sizes["ferry, against the inventory"] < 1_000_000 + 100_000
    assert sizes["ferry, a full bundle"] > 5_000_000
