"""README.md: its two commands, and a test for each promise."""

from __future__ import annotations

import ast
import re
from importlib.metadata import distribution
from pathlib import Path

import pytest

from provider_core.cli.table import ALIASES, ENTRIES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", README)


def test_each_promise_has_its_test() -> None:
    promises = re.findall(r"^\| \d+ \|", README, flags=re.MULTILINE)
    assert len(promises) == len(NAMED) > 10


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_the_test_is_there(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    tests = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert name in tests or (not name and any(test.startswith("test_") for test in tests))


@pytest.mark.parametrize(
    "command",
    [
        "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/ferry demo",
        "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/python -m pytest",
    ],
)
def test_the_two_commands_stand_there_whole(command: str) -> None:
    assert f"    {command}\n" in README


def test_the_verbs_are_commands() -> None:
    verbs = set(re.findall(r"(?<![\w/`])ferry ([a-z]+)(?= |\b)", README.split("## The verbs")[1]))
    known = {entry.path.split()[0] for entry in ENTRIES} | set(ALIASES)
    known |= distribution("imageferry").entry_points.select(group="provider_core.commands").names
    assert verbs - {"list"} <= known
