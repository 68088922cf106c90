from __future__ import annotations

import errno
import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from provider_core import Host, Wishes
from provider_core.cli.render import ClosedPipe, Output
from provider_core.errors import Offline, PackageNotFound

from .running import NOW, Ferry
from .shelf_provider import BASE, WEB


def _read(path: Path) -> dict[str, Any]:
    document = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def test_a_report_of_an_install(shelved: Ferry, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    ran = shelved("install", "NanoServerIIS", "--min", "10", "--report", str(path))
    assert ran.code == 0
    report = _read(path)
    assert report["schema"] == "ferry.report/1"
    assert report["verb"] == "install"
    assert report["asked"] == {
        "requests": ["NanoServerIIS"],
        "sources": [],
        "versions": ">=10",
        "variant": None,
        "platforms": None,
    }
    assert (report["started"], report["error"]) == (NOW.isoformat(), None)
    base, web = report["done"]
    assert base["action"] == web["action"] == "install"
    assert base["package"]["digest"] == str(BASE.root.digest)
    assert web["from"] == {"provider": "shelf", "source": "shelf", "location": "shelf://one"}
    assert web["image"]["id"] == str(WEB.config.digest)
    assert base["bytes"] == BASE.size
    assert report["revision"] == 2


def test_a_report_of_a_failure(shelved: Ferry, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    assert shelved("install", "nothing", "--report", str(path)).code == 3
    report = _read(path)
    assert report["error"]["class"] == "PackageNotFound"
    assert report["done"] == []


def test_a_report_of_what_went_on_without_some(shelved: Ferry, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    shelved("install", "nothing", "NanoServer", "--keep-going", "--report", str(path))
    report = _read(path)
    assert [one["request"] for one in report["failed"]] == ["nothing"]
    assert [one["package"]["name"] for one in report["done"]] == ["NanoServer"]


def test_a_plan_too_goes_on_and_tells_what_failed(shelved: Ferry, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    arguments = ["install", "nothing", "NanoServer", "--keep-going", "--dry-run"]
    ran = shelved(*arguments, "--report", str(path))
    assert (ran.code, ran.err.count("ferry: nothing fits 'nothing'")) == (3, 1)
    assert "NanoServer" in ran.out
    report = _read(path)
    assert [one["request"] for one in report["failed"]] == ["nothing"]
    assert [one["package"]["name"] for one in report["done"]] == ["NanoServer"]


def test_a_report_has_the_entries_of_lists_that_failed(shelved: Ferry, tmp_path: Path) -> None:
    path, images = tmp_path / "report.json", tmp_path / "images.toml"
    images.write_text(
        '[[image]]\nrequest = "nothing"\nkeep = 2\n'
        '[[image]]\nrequest = "nanoserver"\nplatforms = ["plan9/amd64"]\n'
        '[[image]]\nrequest = "nanoserver"\n'
    )
    shelved("install", "-f", str(images), "--keep-going", "--report", str(path))
    report = _read(path)
    assert [one["request"] for one in report["failed"]] == ["nothing", "nanoserver"]
    assert [one["package"]["name"] for one in report["done"]] == ["NanoServer"]


def test_a_report_of_a_save(stocked: Ferry, tmp_path: Path) -> None:
    path, archive = tmp_path / "report.json", tmp_path / "x.tar"
    stocked("save", "NanoServer", "--to", str(archive), "--report", str(path))
    report = _read(path)
    assert report["saved"]["location"] == str(archive)
    assert [one["package"]["digest"] for one in report["done"]] == [str(BASE.root.digest)]


def test_a_report_of_a_dry_run(shelved: Ferry, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    shelved("install", "NanoServer", "--dry-run", "--report", str(path))
    report = _read(path)
    assert report["dry_run"] is True
    assert report["done"][0]["image"] is None


def test_a_report_that_cannot_be_stops_the_command_first(shelved: Ferry, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("{}", encoding="utf-8")
    ran = shelved("install", "NanoServer", "--report", str(path))
    assert (ran.code, path.read_text(encoding="utf-8")) == (2, "{}")
    assert shelved("install", "NanoServer", "--report", str(tmp_path / "no" / "x")).code == 3
    assert shelved("list").out == ""
    assert shelved("install", "NanoServer", "--report", str(path), "--force").code == 0
    assert _read(path)["verb"] == "install"
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".")] == []


def _patched(monkeypatch: pytest.MonkeyPatch, error: BaseException, before: Path) -> None:
    """Let an install fail with *error* once the folder *before* is gone."""

    def install(self: Host, *requests: str, wishes: Wishes | None = None) -> None:
        if before.is_dir():
            before.rmdir()
        raise error

    monkeypatch.setattr(Host, "install", install)


@pytest.mark.parametrize(
    ("error", "name", "code"),
    [
        (RuntimeError("what now"), "RuntimeError", 1),
        (Offline("x.example"), "Offline", 5),
        (KeyboardInterrupt(), "Cancelled", 130),
    ],
)
def test_whatever_ends_it_is_reported(
    shelved: Ferry,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    name: str,
    code: int,
) -> None:
    path = tmp_path / "report.json"
    _patched(monkeypatch, error, tmp_path / "nothing")
    assert shelved("install", "NanoServer", "--report", str(path)).code == code
    told = _read(path)["error"]
    assert (told["class"], told["code"]) == (name, code)
    assert "what now" in told["message"] or name != "RuntimeError"


def test_an_unwritten_report_hides_no_failure(
    shelved: Ferry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    _patched(monkeypatch, PackageNotFound("NanoServer"), folder)
    ran = shelved("install", "NanoServer", "--report", str(folder / "report.json"))
    assert ran.code == PackageNotFound.exit_code
    assert "report.json cannot be written: No such file" in ran.err
    assert "NanoServer" in ran.err.splitlines()[-2]


def test_an_unwritten_report_of_a_success_is_6(
    shelved: Ferry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(fd: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("provider_core.cli.report.sync_file", refuse)
    ran = shelved("install", "NanoServer", "--report", str(tmp_path / "report.json"))
    assert ran.code == 6
    assert "Input/output error" in ran.err
    assert [entry.name for entry in tmp_path.iterdir()] == ["home"]
    assert "NanoServer" in shelved("list").out


def test_rows_of_one_version_are_told_apart(shelved: Ferry, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    twins = ["--provider-path", str(Path(__file__).with_name("twin_provider.py"))]
    assert shelved("source", "add", "twins", "twins://both", *twins).code == 0
    found = shelved("find", "Twin", "--json", *twins).out
    assert shelved("install", "-", "--report", str(path), *twins, stdin=found).code == 0
    done = _read(path)["done"]
    assert {row["package"]["platform"] for row in done} == {"linux/amd64", "linux/arm64"}
    for row in done:
        assert row["image"]["platform"] == row["package"]["platform"]
        assert row["image"]["digest"] == row["package"]["digest"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a FIFO")
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_nothing_but_a_file_gives_way(
    stocked: Ferry, tmp_path: Path, force: tuple[str, ...]
) -> None:
    fifo = tmp_path / "fifo.tar"
    os.mkfifo(fifo)
    for command in (
        ["install", "NanoServer", "--report", str(fifo)],
        ["install", "NanoServer", "--report", str(tmp_path)],
        ["save", "NanoServer", "--to", str(tmp_path / "x.tar"), "--report", str(fifo)],
        ["save", "NanoServer", "--to", str(fifo)],
    ):
        ran = stocked(*command, *force)
        assert (ran.code, ran.out) == (2, "")
        assert str(fifo if "--to" in command or "fifo" in command[-1] else tmp_path) in ran.err
    assert stat.S_ISFIFO(fifo.lstat().st_mode)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["fifo.tar", "home"]


def test_a_reader_that_went_away_is_no_failure(
    shelved: Ferry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelved("source", "add", "second", "shelf://two")
    rows = shelved("find", "nanoserver", "nanoserveriis", "--json").rows
    mixed = [rows[0], next(row for row in rows[::-1] if row["source"] != rows[0]["source"])]

    def gone(self: Output, *arguments: object, **more: object) -> None:
        raise ClosedPipe

    monkeypatch.setattr(Output, "answer", gone)
    path = tmp_path / "report.json"
    lines = "\n".join(map(json.dumps, mixed))
    assert shelved("install", "-", "--report", str(path), stdin=lines).code == 0
    report = _read(path)
    assert report["error"] is None
    requested = [row["from"]["source"] for row in report["done"] if row["reason"] == "requested"]
    assert requested == ["shelf", "second"]
