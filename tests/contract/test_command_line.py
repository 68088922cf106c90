"""The same through the command: a provider from a file, found, installed, saved, uninstalled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from .busy_worker import CRATES
from .crate_double import crate


class Ferry:
    """Runs the command in one home."""

    def __init__(self, home: Path) -> None:
        self._environment = {**os.environ, "FERRY_HOME": str(home)}

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """Run ``ferry ARGUMENTS`` and return what it printed."""
        ran = subprocess.run(
            [sys.executable, "-m", "provider_core.cli", *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == code, ran.stderr
        return ran.stdout

    def rows(self, *arguments: str) -> list[dict[str, object]]:
        """Run a command with --json and return its rows."""
        return [json.loads(line) for line in self(*arguments, "--json").splitlines()]


def test_a_provider_from_a_file(tmp_path: Path) -> None:
    ferry = Ferry(tmp_path / "home")
    crates = ("--provider-path", str(CRATES))
    ferry("source", "add", "crates", "crate://all", *crates)
    assert {row["name"] for row in ferry.rows("find", "own-*", *crates)} == {
        f"own-{number}" for number in range(8)
    }
    ferry("install", "own-1", "own-2", *crates)
    assert {row["name"] for row in ferry.rows("list")} == {"own-1", "own-2"}
    assert ferry.rows("list", "own-1")[0]["digest"] == str(crate("own-1").root.digest)
    ferry("save", "own-1", "--to", str(tmp_path / "own.tar"), *crates)
    ferry("uninstall", "own-1", "own-2")
    assert ferry("install", "own-1", code=2) == ""  # its provider is not there
    ferry("install", str(tmp_path / "own.tar"))
    assert ferry.rows("list")[0]["digest"] == str(crate("own-1").root.digest)
    ferry("store", "check")
