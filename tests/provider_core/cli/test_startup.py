"""Nothing heavy is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .running import Ferry, clean_environment

HEAVY = {
    "requests",
    "urllib3",
    "pluggy",
    "tqdm",
    "importlib.metadata",
    "filelock",
    "logging",
    "concurrent.futures",
    "multiprocessing",
    "zstandard",
    "isal",
    "provider_archive",
    "provider_core.hookspecs",
    "provider_core.plugins",
    "provider_core.dispatch",
    "provider_core.pouring",
    "provider_core.store",
}


def _imported(ferry: Ferry, *arguments: str) -> set[str]:
    code = "import sys; from provider_core.cli.main import main; code = main(sys.argv[1:]);"
    code += "print(*sys.modules, file=sys.stderr); sys.exit(code)"
    ran = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=clean_environment(ferry.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ran.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    "arguments", [["--version"], ["list"], ["images"], ["config"], ["list", "--help"]]
)
def test_nothing_heavy_is_imported(ferry: Ferry, arguments: list[str]) -> None:
    assert not _imported(ferry, *arguments) & HEAVY


def test_nothing_heavy_is_imported_for_a_home_with_images(stocked: Ferry) -> None:
    assert not _imported(stocked, "list") & HEAVY


def test_the_version_needs_no_home(ferry: Ferry) -> None:
    imported = _imported(ferry, "--version")
    assert not {"sqlite3", "packaging", "provider_core.model", "platformdirs"} & imported
    assert not ferry.home.exists()


def test_only_the_command_that_runs_is_imported(ferry: Ferry) -> None:
    commands = "provider_core.cli.commands."
    imported = {name for name in _imported(ferry, "list") if name.startswith(commands)}
    assert imported == {f"{commands}list_images"}


def test_listing_many_commands_imports_none(ferry: Ferry) -> None:
    imported = _imported(ferry, "--help")
    assert not [name for name in imported if name.startswith("provider_core.cli.commands.")]
    assert not {"tuf", "securesystemslib", "cryptography", "urllib3"} & imported


def test_the_benchmark_runs() -> None:
    script = Path(__file__).parents[3] / "benchmarks" / "startup.py"
    ran = subprocess.run(
        [sys.executable, script, "--runs", "3"], capture_output=True, text=True, check=False
    )
    assert ran.returncode in (0, 1), ran.stderr
    assert "| `ferry list (empty home)` |" in ran.stdout
    cost = float(ran.stdout.rpartition(": ")[2].rstrip(".\n"))
    assert cost > 0  # how large is for the benchmark to say, on a quiet machine
