"""The benchmark runs, so that it can be trusted when it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "catalog.py"


def test_the_benchmark_prints_its_tables() -> None:
    run = subprocess.run(
        [sys.executable, str(BENCHMARK), "--rows", "2000", "--asks", "10"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "2,000 offers of 100 images" in run.stdout
    tables = [line for line in run.stdout.splitlines() if line.startswith("| ")]
    assert len(tables) == 3 + 9
    assert run.stderr == ""
