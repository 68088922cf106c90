from __future__ import annotations

import json
from pathlib import Path
from typing import Any

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
