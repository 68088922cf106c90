"""engine list, load and list --engine, where no engine answers; with one see tests/peers."""

from __future__ import annotations

from pathlib import Path

import pytest

from .running import Ferry


@pytest.fixture
def silent(ferry: Ferry, tmp_path: Path) -> Ferry:
    """Return a ferry with a configured engine that nobody serves."""
    ferry.environ["FERRY_ENGINES"] = f"lab=unix://{tmp_path}/s"
    return ferry


def _lab(rows: list[dict[str, object]]) -> dict[str, object]:
    (row,) = (row for row in rows if row["name"] == "lab")
    return row


def test_a_silent_engine_is_listed_with_what_to_start(silent: Ferry, tmp_path: Path) -> None:
    listed = silent("engine", "list")
    assert listed.code == 0
    line = next(line for line in listed.out.splitlines() if line.startswith("lab "))
    assert "(silent)" in line
    assert f"unix://{tmp_path}/s" in line
    assert "does not answer: No such file or directory" in listed.err
    row = _lab(silent("engine", "list", "--json").rows)
    assert (row["schema"], row["configured"], row["origin"]) == ("ferry.engine/1", True, "setting")
    assert row["error"]["class"] == "EngineSilent"  # type: ignore[index]


def test_engine_alone_lists(silent: Ferry) -> None:
    assert "lab" in silent("engine").out


def test_loading_into_a_silent_engine_is_code_6(silent: Ferry) -> None:
    silent("install", "sample/hello")
    loaded = silent("load", "sample/hello", "--engine", "lab")
    assert loaded.code == 6
    assert loaded.out == ""
    assert silent("list", "--engine", "lab").code == 6
    assert silent("install", "sample/hello", "--engine", "lab").code == 6


def test_nothing_is_installed_for_an_engine_that_is_not_there(silent: Ferry) -> None:
    for engine, code in (("lab", 6), ("other", 2)):
        assert silent("install", "sample/hello", "--engine", engine).code == code
    assert silent("list", "--json").rows == []


def test_an_unknown_engine_is_named(silent: Ferry) -> None:
    silent("install", "sample/hello")
    loaded = silent("load", "sample/hello", "--engine", "other")
    assert loaded.code == 2
    assert "lab" in loaded.err


def test_what_an_engine_holds_has_columns_of_its_own(silent: Ferry) -> None:
    listed = silent("list", "--engine", "lab", "--columns", "name")
    assert listed.code == 2
    assert "--columns" in listed.err


def test_a_setting_that_names_no_engine_is_refused(ferry: Ferry) -> None:
    ferry.environ["FERRY_ENGINES"] = "lab"
    assert ferry("engine", "list").code == 2
    assert ferry("list").code == 0
