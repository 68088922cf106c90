"""The ten-line examples, run as a reader would run them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from provider_core import Host

from ..support.archives import oci_archive, write_layout
from ..support.images import make_image

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "box.tar"
    path.write_bytes(oci_archive(("box:1.0", make_image()), ("jar:2.0", make_image())))
    return path


def run(script: str, *arguments: object, code: int = 0) -> str:
    """Run an example; what it printed."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / script, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == code, ran.stderr
    return ran.stdout if code == 0 else ran.stderr


def test_every_script_is_run_here() -> None:
    tested = Path(__file__).read_text(encoding="utf-8")
    for script in EXAMPLES.glob("*.py"):
        assert f'run("{script.name}"' in tested, script


@pytest.mark.parametrize("script", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_a_script_is_ten_lines_of_code(script: Path) -> None:
    _, _, code = script.read_text(encoding="utf-8").removeprefix('"""').partition('"""')
    assert len([line for line in code.splitlines() if line.strip()]) <= 11


def test_find_images(tmp_path: Path) -> None:
    folder = write_layout(tmp_path / "lab", ("box:1.0", make_image()))
    assert run("find_images.py", tmp_path / "home", folder).split()[:2] == ["box", "1.0"]


def test_install_archive(tmp_path: Path, archive: Path) -> None:
    printed = run("install_archive.py", tmp_path / "home", archive)
    assert [line.split()[:2] for line in printed.splitlines()] == [["box", "1.0"], ["jar", "2.0"]]
    with Host(home=tmp_path / "home") as host:
        assert host.check_store() == ()


def test_save_archive(tmp_path: Path, archive: Path) -> None:
    run("install_archive.py", tmp_path / "home", archive)
    target = tmp_path / "again.tar"
    printed = run("save_archive.py", tmp_path / "home", "box", target)
    assert printed == f"box:1.0 {target.stat().st_size} bytes\n"


def test_plan_and_handle_errors(tmp_path: Path, archive: Path) -> None:
    home = tmp_path / "home"
    assert run("plan_and_handle_errors.py", home, archive).startswith("install box 1.0")
    assert "no such file" in run("plan_and_handle_errors.py", home, "./absent.tar", code=1)
