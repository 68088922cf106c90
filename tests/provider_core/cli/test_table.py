"""The table of commands and what it names agree."""

from __future__ import annotations

import importlib
import importlib.metadata

import pytest

from provider_core.cli import table
from provider_core.cli.common import FerryCommand
from provider_core.cli.release import RELEASE

from .running import Ferry


@pytest.mark.parametrize("entry", table.ENTRIES, ids=lambda entry: entry.module)
def test_every_entry_has_its_command(entry: table.Entry) -> None:
    command = importlib.import_module(f"provider_core.cli.commands.{entry.module}").command
    assert isinstance(command, FerryCommand)
    assert command.name == entry.path.rpartition(" ")[2]
    assert command.help
    assert entry.summary.endswith(".")
    assert len(entry.summary) <= 60


@pytest.mark.parametrize("entry", table.ENTRIES, ids=lambda entry: entry.module)
def test_every_command_hears_the_common_flags(entry: table.Entry) -> None:
    command = importlib.import_module(f"provider_core.cli.commands.{entry.module}").command
    names = [name for option in command.params for name in option.opts]
    assert {"--json", "--home", "--offline", "--progress"} <= set(names)
    assert len(names) == len(set(names))


def test_names_are_unique_and_aliases_lead_somewhere() -> None:
    paths = [entry.path for entry in table.ENTRIES]
    assert len(paths) == len(set(paths))
    assert not set(table.ALIASES) & set(paths)
    for alias, name in table.ALIASES.items():
        assert table.find(alias) == table.find(name) is not None
    for group, usual in table.DEFAULTS.items():
        assert table.find(f"{group} {usual}") is not None
    assert {path.split()[0] for path in paths if " " in path} == set(table.GROUPS)
    assert table.find("source") is None


def test_a_bare_ferry_shows_its_help(ferry: Ferry) -> None:
    for ran in (ferry.finished(), ferry("--help")):
        assert (ran.code, ran.err) == (0, "")
        for listed in table.below(""):
            assert f"  {listed.word}" in ran.out
        assert "'nginx[alpine]>=1.27,<2'" in ran.out.replace("\n", " ")


def test_help_has_a_short_name(ferry: Ferry) -> None:
    for arguments in ((), ("source",), ("config",), ("list",)):
        assert ferry(*arguments, "-h").out == ferry(*arguments, "--help").out != ""


@pytest.mark.parametrize("group", sorted(table.GROUPS))
def test_a_groups_help_lists_its_commands(ferry: Ferry, group: str) -> None:
    ran = ferry(group, "--help")
    assert ran.code == 0
    for listed in table.below(group):
        assert f"{listed.word} " in ran.out


def test_help_keeps_the_common_flags_apart(ferry: Ferry) -> None:
    out = ferry("install", "--help").out
    own, common = out.split("\nOptions:")[1].split("\nCommon options:")
    assert "--dry-run" in own
    assert "--json" not in own
    assert "--lock-timeout" in common


def test_versions(ferry: Ferry) -> None:
    assert importlib.metadata.version("imageferry") == RELEASE
    assert ferry("--version").out == f"ferry {RELEASE}\n"
    (row,) = ferry("version", "--json").rows
    assert (row["schema"], row["ferry"]) == ("ferry.version/1", RELEASE)
    assert f"ferry      : {RELEASE}\n" in ferry("version").out
