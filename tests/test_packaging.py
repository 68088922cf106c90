"""setup.cfg lists exactly the packages of the tree, and import path = folder."""

from __future__ import annotations

import configparser
import zipfile
from importlib.metadata import distribution
from pathlib import Path

from provider_core.cancel import CancelToken
from provider_core.wheels.pip import build_wheel

ROOT = Path(__file__).parents[1]
SOURCE_ROOTS = {
    "provider_core": ROOT,
    "providers": ROOT / "providers",
    "feeds": ROOT / "feeds",
}
PAGES = "provider_core.manual"
"""The package without code that docs/ is in a wheel."""


def _config() -> configparser.ConfigParser:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    return config


def test_every_package_is_listed() -> None:
    listed = set(_config()["options"]["packages"].split())
    found = {
        ".".join(init.parent.relative_to(base).parts)
        for folder, base in SOURCE_ROOTS.items()
        for init in (ROOT / folder).rglob("__init__.py")
    }
    assert listed == found | {PAGES}


def test_folders_of_packages_are_no_packages() -> None:
    for folder in ("providers", "feeds"):
        assert not (ROOT / folder / "__init__.py").exists()


def test_every_python_file_is_in_a_package() -> None:
    for folder in SOURCE_ROOTS:
        for path in (ROOT / folder).rglob("*.py"):
            assert (path.parent / "__init__.py").exists(), path


def test_packages_are_typed() -> None:
    listed = _config()["options"]["packages"].split()
    tops = {name.split(".")[0] for name in listed}
    for top in tops:
        assert list(ROOT.glob(f"**/{top}/py.typed")), top


def test_entry_points_load_and_bear_their_providers_name() -> None:
    for entry in distribution("imageferry").entry_points.select(group="provider_core.providers"):
        kind = entry.load()
        assert isinstance(kind, type)
        assert kind().provider_info().name == entry.name


def test_the_wheel_takes_no_generic_name() -> None:
    listed = _config()["options"]["packages"].split()
    tops = {name.split(".")[0] for name in listed}
    assert all(name.startswith(("provider_", "feed_")) for name in tops), tops


def test_the_wheel_has_every_page_and_what_a_kit_is_made_of(tmp_path: Path) -> None:
    build_wheel(ROOT, tmp_path, CancelToken())
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert {f"provider_core/manual/{page}" for page in pages} <= names
    assert {f"provider_core/kit/scripts/install.{kind}" for kind in ("sh", "ps1")} <= names
