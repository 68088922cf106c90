"""The example projects pass their own tests, their types and the kit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import provider_core
from provider_core.cancel import CancelToken
from provider_core.testing.checking import check_project

EXAMPLES = Path(__file__).parents[2] / "examples"
SOURCES = Path(provider_core.__file__).parents[1]


def run(project: Path, *words: str) -> None:
    """Run a tool of this environment in a project."""
    ran = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=project,
        env={**os.environ, "MYPYPATH": str(SOURCES), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_tape_provider_passes_the_kit() -> None:
    report = check_project(EXAMPLES / "acme_provider", CancelToken())
    assert report.failed == (), report.output
    assert report.conformance > 30


def test_the_policy_passes_its_tests() -> None:
    run(EXAMPLES / "deny_policy", "pytest", "-q", "-p", "no:cacheprovider")


@pytest.mark.parametrize("name", ["acme_provider", "deny_policy"])
def test_projects_are_strictly_typed(name: str) -> None:
    run(EXAMPLES / name, "mypy", "--cache-dir", os.devnull)
