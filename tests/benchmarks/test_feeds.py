"""The benchmark of feeds runs, and what it counts keeps its promise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "feeds.py"


def tables(*arguments: str) -> dict[str, list[str]]:
    """Run the benchmark; return the cells of each named row by its name."""
    run = subprocess.run(
        [sys.executable, str(BENCHMARK), *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    lines = [line for line in run.stdout.splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    return {name: cells for name, *cells in rows if name}


@pytest.mark.peer("nginx", "curl", "skopeo", "docker-registry")
def test_a_refresh_after_one_change_is_small() -> None:
    rows = tables("refresh", "--names", "300")
    sent = {name: int(cells[0].replace(",", "")) for name, cells in rows.items()}
    assert sent["ferry, after one change"] < 64_000
    assert sent["ferry, nothing new"] < 5_000
    assert sent["ferry, first refresh"] > 100_000


@pytest.mark.peer("nginx", "curl", "skopeo", "docker-registry")
def test_large_images_are_brought_by_all_three() -> None:
    rows = tables("blobs", "--megabytes", "2", "--rounds", "1")
    assert [name.split()[0] for name in rows] == ["ferry", "curl", "skopeo"]
