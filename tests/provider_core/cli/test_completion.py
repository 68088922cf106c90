"""Completion in four shells."""

from __future__ import annotations

import subprocess
import sys

import pytest

from .running import Ferry, clean_environment

SHELLS = ["bash", "zsh", "fish", "powershell"]


def _completed(ferry: Ferry, shell: str, words: str, **more: str) -> list[str]:
    environ = {
        "_FERRY_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - (not words.endswith(" "))),
        **ferry.environ,
        **more,
    }
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-m", "provider_core.cli"],
        env=clean_environment({}) | environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stderr == ""
    return [line for line in ran.stdout.splitlines() if line]


def _plain(lines: list[str]) -> list[str]:
    return [line.removeprefix("plain,") for line in lines]


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_its_script(ferry: Ferry, shell: str) -> None:
    ran = ferry("completion", shell)
    assert ran.code == 0
    assert f"{shell}_complete" in ran.out
    assert "_FERRY_COMPLETE" in ran.out


@pytest.mark.parametrize(
    "shell", [pytest.param(shell, marks=pytest.mark.peer(shell)) for shell in SHELLS[:3]]
)
def test_the_script_is_valid(ferry: Ferry, shell: str) -> None:
    script = ferry("completion", shell).out
    subprocess.run([shell, "-n"], input=script, text=True, check=True)


def test_an_unknown_shell_is_2(ferry: Ferry) -> None:
    assert ferry("completion", "tcsh").code == 2


def test_commands_complete_from_the_table(ferry: Ferry) -> None:
    assert _plain(_completed(ferry, "bash", "ferry ins")) == ["install"]
    assert _plain(_completed(ferry, "bash", "ferry source re")) == ["remove", "refresh"]


def test_names_of_images_complete(stocked: Ferry) -> None:
    found = _plain(_completed(stocked, "bash", "ferry uninstall nano"))
    assert found == ["NanoServer", "NanoServerIIS"]
    assert not stocked.environ.keys() - {"FERRY_HOME", "FERRY_DISABLED_SOURCES"}


def test_names_of_sources_complete(shelved: Ferry) -> None:
    assert _plain(_completed(shelved, "bash", "ferry source remove sh")) == ["shelf"]
    assert _plain(_completed(shelved, "bash", "ferry find --source sh")) == ["shelf"]


def test_names_that_a_shell_could_misread_are_left_out(shelved: Ferry) -> None:
    assert shelved("install", "evil$(id)").code == 0
    assert "evil$(id)" in shelved("list").out
    assert _completed(shelved, "bash", "ferry uninstall e") == []


def test_a_home_that_cannot_be_read_completes_nothing(ferry: Ferry) -> None:
    ferry.home.mkdir()
    (ferry.home / "config.toml").write_text("broken", encoding="utf-8")
    assert _completed(ferry, "bash", "ferry uninstall n") == []


def test_powershell(stocked: Ferry) -> None:
    lines = _completed(stocked, "powershell", "ferry show nano", COMP_INCOMPLETE="nano")
    assert lines == ["NanoServer\tNanoServer", "NanoServerIIS\tNanoServerIIS"]
    lines = _completed(stocked, "powershell", "ferry vers", COMP_INCOMPLETE="vers")
    assert [line.split("\t")[0] for line in lines] == ["version"]
