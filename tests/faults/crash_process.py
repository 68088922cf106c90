"""A process that forks for each verb it is told, and kills the fork after a while."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["Run", "crash_process"]

Run = Callable[[str, Path, Path, float], int]
"""Runs a verb on a home and a target for at most so many seconds, and returns its exit code."""


@contextmanager
def crash_process(runner: Path) -> Iterator[Run]:
    """Start *runner* and give what tells it a verb."""
    with subprocess.Popen(
        [sys.executable, str(runner)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        requests, answers = process.stdin, process.stdout
        assert requests is not None
        assert answers is not None

        def run(verb: str, home: Path, target: Path, seconds: float) -> int:
            requests.write(f"{verb}\t{home}\t{target}\t{seconds}\n")
            requests.flush()
            return int(answers.readline())

        yield run
        requests.close()
