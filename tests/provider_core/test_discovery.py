from __future__ import annotations

import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from provider_core.discovery import (
    POLICY_GROUP,
    PROVIDER_GROUP,
    from_files,
    from_groups,
    from_home,
)
from provider_core.errors import NoSuchFile, StoreError, UsageError

from ..support.distributions import install_distribution

PLUGIN = """
from dataclasses import dataclass
from provider_core import ProviderInfo, hookimpl

@dataclass(frozen=True)
class Title:
    text: str

class Filed:
    title = Title("filed")

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        return ProviderInfo(name=self.title.text, version="1")
"""


def test_the_groups_are_what_the_documentation_says() -> None:
    assert PROVIDER_GROUP == "provider_core.providers"
    assert POLICY_GROUP == "provider_core.policies"


def test_installed_plugins_are_candidates_that_nobody_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_distribution(tmp_path, "ferry-zinc", PROVIDER_GROUP, "zinc = no_such_module_zinc:Zinc")
    install_distribution(tmp_path, "ferry-rule", POLICY_GROUP, "rule = no_such_module_rule:Rule")
    monkeypatch.syspath_prepend(tmp_path)
    found = {candidate.name: candidate for candidate in from_groups()}
    assert set(found) >= {"zinc", "rule"}
    assert found["zinc"].origin == "ferry-zinc 2.1"
    assert (found["zinc"].policy, found["rule"].policy) == (False, True)
    assert not found["zinc"].fleeting
    assert found["zinc"].location == str(tmp_path)
    assert "no_such_module_zinc" not in sys.modules
    with pytest.raises(ModuleNotFoundError):
        found["zinc"].load()


def test_providers_come_in_the_order_of_their_names_and_policies_after_them() -> None:
    listed = [(candidate.policy, candidate.name) for candidate in from_groups()]
    assert listed == sorted(listed)
    assert len(listed) == len(
        [*entry_points(group=PROVIDER_GROUP), *entry_points(group=POLICY_GROUP)]
    )


def test_a_homes_distributions_are_found_after_all_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    install_distribution(tmp_path / "zinc", "ferry-zinc", PROVIDER_GROUP, "zinc = zinc:Zinc")
    (tmp_path / "a-file").write_text("not a folder")
    before = list(sys.path)
    from_home(tmp_path)
    from_home(tmp_path)
    assert sys.path == [*before, str(tmp_path / "zinc")]
    assert "zinc" in {candidate.name for candidate in from_groups()}


@pytest.mark.parametrize("opened", ["", "providers", "providers/zinc"])
def test_a_home_that_others_may_write_to_gives_no_plugins(
    tmp_path: Path, opened: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    home = tmp_path / "home"
    install_distribution(home / "providers/zinc", "ferry-zinc", PROVIDER_GROUP, "zinc = zinc:Zinc")
    for folder in (home, home / "providers", home / "providers/zinc"):
        folder.chmod(0o755)
    (home / opened).chmod(0o777)
    before = list(sys.path)
    with pytest.raises(StoreError, match="can be changed by other users"):
        from_home(home / "providers")
    assert sys.path == before


def test_a_home_without_providers_is_no_fault(tmp_path: Path) -> None:
    before = list(sys.path)
    from_home(tmp_path / "absent")
    assert sys.path == before


def test_a_file_gives_what_it_calls_provider(tmp_path: Path) -> None:
    file = tmp_path / "filed.py"
    file.write_text(PLUGIN + "\nprovider = Filed\n")
    (candidate,) = from_files([file])
    assert (candidate.name, candidate.origin) == ("filed", str(file))
    assert candidate.fleeting
    loaded = candidate.load()
    assert isinstance(loaded, type)
    assert loaded().provider_info().name == "filed"


def test_a_file_without_that_name_is_its_own_plugin(tmp_path: Path) -> None:
    file = tmp_path / "plain.py"
    file.write_text("answer = 42\n")
    (candidate,) = from_files([file])
    assert candidate.load().answer == 42  # type: ignore[attr-defined]


def test_files_of_one_name_are_two_modules(tmp_path: Path) -> None:
    loaded = []
    for folder in ("one", "two"):
        file = tmp_path / folder / "same.py"
        file.parent.mkdir()
        file.write_text(f"import sys\nplace = {folder!r}\nname = __name__\n")
        (candidate,) = from_files([file])
        loaded.append(candidate.load())
    assert [module.place for module in loaded] == ["one", "two"]  # type: ignore[attr-defined]
    for module in loaded:
        assert sys.modules[module.name] is module  # type: ignore[attr-defined]


def test_a_file_that_fails_leaves_no_half_module(tmp_path: Path) -> None:
    file = tmp_path / "broken.py"
    file.write_text("raise ImportError('its library is absent')\n")
    (candidate,) = from_files([file])
    before = set(sys.modules)
    with pytest.raises(ImportError, match="its library is absent"):
        candidate.load()
    assert set(sys.modules) == before


def test_what_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile):
        list(from_files([tmp_path / "absent.py"]))


def test_what_is_named_must_be_python(tmp_path: Path) -> None:
    file = tmp_path / "plugin.txt"
    file.write_text(PLUGIN)
    with pytest.raises(UsageError, match="not a Python file"):
        list(from_files([file]))
