"""What the page of 2016 did with NanoServer.wim, with the command a person types."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ...support.windows import NANO, folder, sample_tree, wim_bytes


class Ferry:
    """One home, and ferry as it is typed there."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def __call__(self, *words: str | Path, code: int = 0, stdin: str = "") -> str:
        """Return what is printed; *code* is how it must end."""
        run = self.run(*words, stdin=stdin)
        assert run.returncode == code, run.stderr
        return run.stdout

    def run(self, *words: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "provider_core.cli", *map(str, words)]
        return subprocess.run(
            [*command, "--home", str(self._home)],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def rows(self, *words: str | Path) -> list[dict[str, object]]:
        return [json.loads(line) for line in self(*words, "--json").splitlines()]


@pytest.fixture
def ferry(tmp_path: Path) -> Ferry:
    return Ferry(tmp_path / "home")


@pytest.fixture
def folder_of_files(tmp_path: Path) -> Path:
    core = replace(NANO, name="WindowsServerCore", description="Container OS Image, full")
    (tmp_path / "NanoServer.wim").write_bytes(wim_bytes((NANO, sample_tree())))
    (tmp_path / "WindowsServerCore.wim").write_bytes(wim_bytes((core, folder(""))))
    return tmp_path


def test_the_page_of_2016(ferry: Ferry, folder_of_files: Path, tmp_path: Path) -> None:
    nano, core = folder_of_files / "NanoServer.wim", folder_of_files / "WindowsServerCore.wim"
    ferry("install", nano, "--force", "--publisher", "CN=Microsoft")
    ferry("install", core, "--force", "--publisher", "CN=Microsoft")
    assert ferry("list") == (
        "Name              Publisher    Version      IsOSImage\n"
        "----              ---------    -------      ---------\n"
        "NanoServer        CN=Microsoft 10.0.10586.0 True\n"
        "WindowsServerCore CN=Microsoft 10.0.10586.0 True\n"
    )
    (image,) = ferry.rows("list", "nano*")
    ferry("save", "nanoserver", "--to", tmp_path / "saved.wim", "--wim-compression", "none")
    ferry("uninstall", "-", stdin=ferry("list", "nano*", "--json"))
    assert [row["name"] for row in ferry.rows("list")] == ["WindowsServerCore"]
    ferry("install", tmp_path / "saved.wim")
    (again,) = ferry.rows("list", "nano*")
    assert again["id"] == image["id"]
    assert "is already installed" in ferry.run("install", tmp_path / "saved.wim").stderr


def test_a_folder_as_a_source(ferry: Ferry, folder_of_files: Path) -> None:
    ferry("source", "add", "share", folder_of_files)
    assert ferry("find", "*", "--remote").splitlines()[2:] == [
        "NanoServer        10.0.10586.0 share  Container OS Image of Windows Server 2016",
        "WindowsServerCore 10.0.10586.0 share  Container OS Image, full",
    ]
    ferry("install", "nanoserver", "--index", "2", code=2)
    ferry("install", "nanoserver", "--publisher", "CN=Microsoft")
    assert [(row["name"], row["publisher"]) for row in ferry.rows("list")] == [
        ("NanoServer", "CN=Microsoft")
    ]


def test_the_original_is_kept_on_request(
    ferry: Ferry, folder_of_files: Path, tmp_path: Path
) -> None:
    nano = folder_of_files / "NanoServer.wim"
    data = nano.read_bytes()
    ferry("install", nano, "--keep-original")
    nano.unlink()
    ferry("save", "nanoserver", "--to", tmp_path / "x.wim")
    assert (tmp_path / "x.wim").read_bytes() == data


def test_several_images_and_no_choice(ferry: Ferry, tmp_path: Path) -> None:
    path = tmp_path / "two.wim"
    path.write_bytes(
        wim_bytes((NANO, folder("")), (replace(NANO, index=2, name="Core"), folder("")))
    )
    said = ferry.run("install", path)
    assert said.returncode == 2
    assert "1: NanoServer 10.0.10586.0, 2: Core 10.0.10586.0" in said.stderr
    ferry("install", path, "--index", "2", "--layer-compression", "zstd")
    ferry("install", path, "--name", "nanoserver")
    assert [row["name"] for row in ferry.rows("list")] == ["Core", "NanoServer"]


def test_a_data_image_says_so(ferry: Ferry, tmp_path: Path) -> None:
    path = tmp_path / "data.wim"
    data = replace(NANO, name="Data", version="", architecture="", edition="")
    path.write_bytes(wim_bytes((data, folder(""))))
    said = ferry.run("install", path, "--platform", "windows/arm64")
    assert said.returncode == 0, said.stderr
    assert "does not say which Windows" in said.stderr
    (row,) = ferry.rows("list")
    assert (row["version"], row["platform"]) == ("", "windows/arm64")


def test_damage_is_exit_code_4(ferry: Ferry, folder_of_files: Path) -> None:
    nano = folder_of_files / "NanoServer.wim"
    data = bytearray(nano.read_bytes())
    data[300] ^= 1
    nano.write_bytes(data)
    said = ferry.run("install", nano)
    assert (said.returncode, ferry.rows("list")) == (4, [])


def test_through_a_signed_feed(tmp_path: Path, folder_of_files: Path) -> None:
    """A file is published, installed by name on the far side, and saved as it was published."""
    near, far, direct = (Ferry(tmp_path / name) for name in ("near", "far", "direct"))
    nano, feed = folder_of_files / "NanoServer.wim", tmp_path / "feed"
    near("feed", "init", feed, "--root-keys", tmp_path / "stick", "--no-passphrase")
    near("feed", "add", feed, nano, "--publisher", "CN=Microsoft")
    (key,) = near.rows("key", "show", feed)
    far("source", "add", "lab", feed, "--fingerprint", str(key["fingerprint"]))
    far("install", "nanoserver")
    direct("install", nano)
    (image,), (from_file,) = far.rows("list"), direct.rows("list")
    assert image["publisher"] == "CN=Microsoft"
    assert image["id"] == from_file["id"]
    far("save", "nanoserver", "--to", tmp_path / "back.wim")
    assert (tmp_path / "back.wim").read_bytes() == nano.read_bytes()
