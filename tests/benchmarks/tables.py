"""Running a benchmark, and reading the tables that it prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def tables(benchmark: str, *arguments: str) -> dict[str, list[str]]:
    """Run *benchmark*; return the cells of each named row by its name."""
    run = subprocess.run(
        [sys.executable, str(BENCHMARKS / benchmark), *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    lines = [line for line in run.stdout.splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    return {name: cells for name, *cells in rows if name}
