"""How long ferry takes to begin, beside commands that people know.

Run ``python benchmarks/startup.py [--runs 21]`` on a quiet machine, with the Python that ferry is
installed in.  Bytecode is compiled into a folder of its own first, as an installation has it.
Prints a Markdown table for RESULTS.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

PYTHON = (sys.executable, "-c", "pass")
ALLOWED = 0.100
"""Seconds that `ferry list` may cost above ``python -c pass``."""


def commands() -> dict[str, tuple[str, ...]]:
    """Return what is measured, by the name it is shown under; what is not installed is left out."""
    ferry = (sys.executable, "-m", "provider_core.cli")
    known = {
        "python -c pass": PYTHON,
        "ferry --version": (*ferry, "--version"),
        "ferry list (empty home)": (*ferry, "list"),
        "ferry --help": (*ferry, "--help"),
        "pip list": (sys.executable, "-m", "pip", "list", "--disable-pip-version-check"),
        "skopeo --version": ("skopeo", "--version"),
    }
    return {name: words for name, words in known.items() if shutil.which(words[0])}


def measure(
    named: Mapping[str, Sequence[str]], environ: Mapping[str, str], runs: int
) -> dict[str, list[float]]:
    """Return the seconds of each run; the commands take turns, so that all share the weather."""
    seconds: dict[str, list[float]] = {name: [] for name in named}
    for turn in range(runs + 1):
        for name, words in named.items():
            started = time.perf_counter()
            subprocess.run(words, env=dict(environ), capture_output=True, check=True)
            if turn:  # the first turn compiles and fills the caches
                seconds[name].append(time.perf_counter() - started)
    return seconds


def table(seconds: Mapping[str, Sequence[float]]) -> str:
    """Return the medians as a Markdown table."""
    base = statistics.median(seconds["python -c pass"])
    lines = [
        "| command | median | fastest | above `python -c pass` | ratio |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, runs in seconds.items():
        median = statistics.median(runs)
        lines.append(
            f"| `{name}` | {median * 1000:.0f} ms | {min(runs) * 1000:.0f} ms "
            f"| {(median - base) * 1000:+.0f} ms | {median / base:.1f} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return 1 if `ferry list` costs more than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=21)
    runs = parser.parse_args(arguments).runs
    with tempfile.TemporaryDirectory() as folder:
        environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FERRY_")},
            "FERRY_HOME": str(Path(folder) / "home"),
            "PYTHONPYCACHEPREFIX": str(Path(folder) / "bytecode"),
        }
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        seconds = measure(commands(), environ, runs)
    cost = statistics.median(seconds["ferry list (empty home)"])
    cost -= statistics.median(seconds["python -c pass"])
    print(f"Python {platform.python_version()}, click {version('click')}, {platform.platform()},")
    print(f"{os.cpu_count()} processors; medians of {runs} runs, taken in turns.\n")
    print(table(seconds))
    print(
        f"\n`ferry list` may cost {ALLOWED * 1000:.0f} ms above an empty Python: {cost * 1000:.0f}."
    )
    return int(cost > ALLOWED)


if __name__ == "__main__":
    sys.exit(main())
