"""`ferry provider check` and `ferry provider new`, as a user meets them."""

from __future__ import annotations

import importlib.util
import sys
import threading
from pathlib import Path

import pytest

from provider_core.cancel import CancelToken
from provider_core.errors import Cancelled
from provider_core.testing.checking import check_project

from ..cli.running import SHELF, Ferry

BROKEN = """
from provider_core import ProviderInfo, hookimpl

class Broken:
    @hookimpl
    def provider_info(self):
        open(__file__).close()
        return ProviderInfo(name="broken", version="1")

provider = Broken
"""

POLICY = """
from provider_core import hookimpl

class Rule:
    @hookimpl(wrapper=True)
    def install(self, package):
        return (yield)

provider = Rule
"""


@pytest.fixture
def ferry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ferry:
    return Ferry(tmp_path / "home", capsys)


def test_an_installed_provider_is_held_against_its_card(ferry: Ferry) -> None:
    ran = ferry("provider", "check", "archive")
    assert ran.code == 0, ran.err
    assert "Checked : archive" in ran.out


def test_a_file_is_checked_as_a_provider(ferry: Ferry) -> None:
    ran = ferry("provider", "check", str(SHELF), "--json")
    assert ran.code == 0, ran.err
    (row,) = ran.rows
    assert row["schema"] == "ferry.check/1"
    assert row["passed"] >= 6


def test_a_provider_that_came_by_file_is_checked_by_its_name(ferry: Ferry) -> None:
    assert ferry("provider", "check", "shelf").code == 0


def test_what_is_broken_is_told_in_the_tests_words(ferry: Ferry, tmp_path: Path) -> None:
    file = tmp_path / "broken.py"
    file.write_text(BROKEN)
    ran = ferry("provider", "check", str(file))
    assert ran.code == 1
    assert ran.out == ""
    assert "test_its_card_is_made_without_io" in ran.err
    assert "does not keep the plugin contract: 1 tests failed" in ran.err


def test_an_unknown_name_is_refused(ferry: Ferry) -> None:
    assert ferry("provider", "check", "zinc").code == 2


def test_a_file_that_is_not_there_is_not_found(ferry: Ferry, tmp_path: Path) -> None:
    assert ferry("provider", "check", str(tmp_path / "absent.py")).code == 3
    assert ferry("provider", "check", str(tmp_path / "absent")).code == 3


def test_a_folder_without_such_tests_is_not_found(ferry: Ferry, tmp_path: Path) -> None:
    (tmp_path / "test_nothing.py").write_text("def test_nothing() -> None: ...\n")
    ran = ferry("provider", "check", str(tmp_path))
    assert ran.code == 3
    assert "subclasses ProviderConformance" in ran.err


def test_a_policy_is_not_for_the_kit(ferry: Ferry, tmp_path: Path) -> None:
    file = tmp_path / "rule.py"
    file.write_text(POLICY)
    ran = ferry("--provider-path", str(file), "provider", "check", "rule")
    assert ran.code == 2
    assert "is a policy" in ran.err


def test_without_the_test_extra_it_says_what_to_install(
    ferry: Ferry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pytest", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr("provider_core.testing.checking.find_spec", lambda name: None)
    ran = ferry("provider", "check", "archive")
    assert ran.code == 2
    assert "pip install 'imageferry[test]'" in ran.err


def test_a_new_project_is_written_once(ferry: Ferry, tmp_path: Path) -> None:
    place = tmp_path / "project"
    ran = ferry("provider", "new", "acme", "--to", str(place))
    assert ran.code == 0, ran.err
    assert str(place / "setup.cfg") in ran.out.splitlines()
    assert "ferry provider check" in ran.err
    again = ferry("provider", "new", "acme", "--to", str(place))
    assert again.code == 2
    assert "already exists" in again.err


def test_a_new_project_has_its_own_folder(
    ferry: Ferry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert ferry("provider", "new", "acme").code == 0
    assert (tmp_path / "imageferry-acme" / "src" / "provider_acme" / "provider.py").is_file()


def test_a_new_project_passes_its_check(ferry: Ferry, tmp_path: Path) -> None:
    place = tmp_path / "project"
    ferry("provider", "new", "acme", "--to", str(place))
    ran = ferry("provider", "check", str(place), "--json")
    assert ran.code == 0, ran.err
    assert ran.rows[0]["conformance"] > 30


def test_a_check_can_be_stopped(tmp_path: Path) -> None:
    (tmp_path / "test_slow.py").write_text("import time\ntime.sleep(600)\n")
    cancel = CancelToken()
    threading.Timer(0.5, cancel.cancel).start()
    with pytest.raises(Cancelled):
        check_project(tmp_path, cancel)
