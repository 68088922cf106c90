"""Tables of the reference hold what the code has: errors, settings, names, keys, files."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import provider_core
from provider_core import Host, Settings, errors

from .pages import ROOT, Page


def _bare(cell: str) -> str:
    return cell.strip("`")


def test_every_error_has_its_code() -> None:
    known = {name: getattr(errors, name).exit_code for name in errors.__all__ if name[0].isupper()}
    rows = Page.read("reference/exit-codes.md").rows("Class")
    assert {_bare(name): int(code) for name, code, _ in rows} == known
    assert len(rows) == len(known)


def test_every_exit_code_is_told() -> None:
    rows = Page.read("reference/exit-codes.md").rows("Code")
    told = {int(code) for row in rows for code in row[0].split(", ")}
    used = {getattr(errors, name).exit_code for name in errors.__all__ if name[0].isupper()}
    assert told == used | {0, 143}


def test_every_setting_has_its_default() -> None:
    known = {spec.name: json.dumps(spec.default) for spec in fields(Settings)}
    rows = Page.read("reference/settings.md").rows("Setting")
    assert {_bare(name): _bare(default) for name, default, _ in rows} == known


def test_every_public_name_is_told() -> None:
    rows = Page.read("reference/values.md").rows("Name")
    assert sorted(_bare(name) for name, _ in rows) == sorted(provider_core.__all__)


def test_every_annotation_of_ours_is_told() -> None:
    sources = [*ROOT.glob("provider_core/**/*.py"), *ROOT.glob("providers/**/*.py")]
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    used = set(re.findall(r'"(io\.imageferry\.[a-z0-9.-]+[a-z0-9])"', code))
    rows = Page.read("reference/annotations.md").rows("Key")
    told = {_bare(key) for key, *_ in rows}
    assert {key for key in told if key.startswith("io.imageferry.")} == used


def test_every_file_of_a_home_is_told(tmp_path: Path) -> None:
    page = Page.read("reference/home.md")
    with Host(home=tmp_path / "home") as host:
        host.install("sample/hello", "sample/base")
        host.catalog.backup(tmp_path / "backup")
        host.restore_catalog(tmp_path / "backup")
        host.disable_provider("archive")
        home, store = host.home.root, host.home.store
    for folder, heading in ((home, "In the home"), (store, "In the store")):
        told = [_bare(name) for row in page.rows(heading) for name in row[0].split(", ")]
        for path in folder.iterdir():
            name = f"{path.name}/" if path.is_dir() else path.name
            name = re.sub(r"(?<=\.before-).*", "…", name)
            assert name in told, f"{path} is not told of"
