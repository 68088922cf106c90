"""`ferry demo`: the whole way, without a network, a server or settings."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def demo(home: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "provider_core.cli", "demo", *flags],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"FERRY_HOME": str(home), "PATH": "", "TMPDIR": str(home.parent)},
    )


def test_it_shows_every_step_and_leaves_nothing(tmp_path: Path) -> None:
    run = demo(tmp_path / "home")
    assert run.returncode == 0, run.stderr
    commands = [line for line in run.stdout.splitlines() if "$ ferry " in line]
    verbs = [line.split("$ ferry ")[1].split()[0] for line in commands]
    assert verbs[:1] == ["find"]
    assert {"install", "list", "save", "uninstall"} <= set(verbs)
    assert "sample/hello" in run.stdout
    assert "source add usb bundle --fingerprint '" in run.stdout
    assert "verified" in run.stdout
    assert "is needed by sample/hello" in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_with_json_its_result_is_json(tmp_path: Path) -> None:
    run = demo(tmp_path / "home", "--json")
    assert run.returncode == 0, run.stderr
    for line in (*run.stdout.splitlines(), *run.stderr.splitlines()):
        assert json.loads(line)["schema"].startswith("ferry.")
