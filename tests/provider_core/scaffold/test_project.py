"""The project of a new provider: complete, typed, formatted, and good at its own tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import provider_core
from provider_core.cancel import CancelToken
from provider_core.errors import Exists, StoreError, UsageError
from provider_core.scaffold import ProjectNames, write_project
from provider_core.testing.checking import check_project

NAMES = ProjectNames.of("acme-tapes")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new") / "imageferry-acme-tapes"
    write_project(NAMES, folder)
    return folder


def run(project: Path, *words: str) -> str:
    """Run a tool of this environment in the project; its output, empty if it has no complaint."""
    sources = str(Path(provider_core.__file__).parents[1])
    ran = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=project,
        env={**os.environ, "MYPYPATH": sources},
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr


def test_names_follow_from_the_providers() -> None:
    assert (
        ProjectNames(
            name="acme-tapes",
            distribution="imageferry-acme-tapes",
            package="provider_acme_tapes",
            kind="AcmeTapesProvider",
        )
        == NAMES
    )


@pytest.mark.parametrize(
    "name", ["", "Acme", "9p", "acme_tapes", "-acme", "acme-", "a--b", "../x", "a" * 41, "acme\n"]
)
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        ProjectNames.of(name)


def test_every_file_is_told(tmp_path: Path) -> None:
    written = write_project(NAMES, tmp_path / "new")
    assert set(written) == {path for path in (tmp_path / "new").rglob("*") if path.is_file()}
    assert all("$" not in path.name for path in written)
    config = (tmp_path / "new" / "setup.cfg").read_text()
    assert "acme-tapes = provider_acme_tapes:AcmeTapesProvider" in config
    assert "mypy_path = $MYPY_CONFIG_FILE_DIR/src" in config


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for place in ("full", "file"):
        with pytest.raises(Exists):
            write_project(NAMES, tmp_path / place)
    assert {path.name for path in tmp_path.rglob("*")} == {"full", "mine.txt", "file"}


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    assert write_project(NAMES, tmp_path)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file"):
        write_project(NAMES, tmp_path / "file" / "below")


def test_it_passes_the_kit(project: Path) -> None:
    report = check_project(project, CancelToken())
    assert report.failed == (), report.output
    assert report.conformance > 30
    assert report.passed > 30


def test_it_is_strictly_typed(project: Path) -> None:
    assert run(project, "mypy", "--cache-dir", os.devnull) == ""


def test_it_is_formatted(project: Path) -> None:
    rules = ["--isolated", "--line-length", "100"]
    assert run(project, "ruff", "format", "--check", *rules, ".") == ""
    assert run(project, "ruff", "check", "--select", "E,F,W,I,UP,B", *rules, ".") == ""
