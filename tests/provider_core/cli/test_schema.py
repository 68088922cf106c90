"""The list of schemas is whole, and every command's --json keeps to it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from provider_core.cli import schema

from .running import Ferry

NAME = re.compile(r"ferry\.[a-z]+/\d+")
LISTED = set(NAME.findall(schema.__doc__ or ""))


def test_the_list_is_what_the_code_prints() -> None:
    folder = Path(schema.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    printed = set(re.findall(r'"schema": "(ferry\.[a-z]+/\d+)"', code))
    assert printed == LISTED


@pytest.mark.parametrize(
    "arguments",
    [
        "find nanoserver --all-versions",
        "install NanoServer",
        "install NanoServer --dry-run",
        "save NanoServer --to {tmp}/x.tar --dry-run",
        "save NanoServer --to {tmp}/x.tar",
        "list",
        "images",
        "show NanoServerIIS",
        "history NanoServerIIS",
        "tree",
        "tag NanoServer nano",
        "hold NanoServer",
        "unhold NanoServer",
        "prune --keep newest:0 --dry-run",
        "store move {tmp}/store",
        "source list",
        "source set shelf --priority 3",
        "source refresh",
        "provider list",
        "provider show shelf",
        "provider install shelf",
        "catalog log",
        "catalog diff 0 2",
        "catalog backup {tmp}/backup",
        "catalog check",
        "catalog rebuild",
        "store path",
        "store check",
        "store repair",
        "store gc",
        "config",
        "config set jobs 2",
        "config unset jobs",
        "version",
        "doctor",
        "uninstall NanoServerIIS",
        "source remove shelf",
    ],
)
def test_every_line_is_an_object_with_a_listed_schema(
    stocked: Ferry, tmp_path: Path, arguments: str
) -> None:
    ran = stocked(*arguments.format(tmp=tmp_path).split(), "--json")
    assert ran.code == 0
    for row in (*ran.rows, *ran.asides):
        assert row["schema"] in LISTED
    assert json.dumps(ran.rows).isascii()
