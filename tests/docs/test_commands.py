"""commands.md has every command, every alias, every option, and none that is not there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import click
import pytest

from provider_core.cli import flags, table
from provider_core.cli.common import common_options
from provider_feed.commands.key_flags import signing_flags

from .own_commands import COMMANDS
from .pages import Page

PAGE = Page.read("reference/commands.md")
SECTIONS = PAGE.sections(3)
SHARED = {
    "Choosing options": flags.selection_flags,
    "Platform options": flags.platform_flags,
    "Signing options": signing_flags,
}
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z0-9-]*")


def _names(options: Sequence[click.Parameter]) -> set[str]:
    return {name for option in options for name in (*option.opts, *option.secondary_opts)}


def _options(command: Any) -> set[str]:
    own = [option for option in command.params if isinstance(option, click.Option)]
    return _names(own) - _names(common_options()) - {"--help", "-h"}


def _told(text: str) -> set[str]:
    """Return the options that *text* names in code, and those of the sections it links to."""
    told = {name for code in re.findall("`([^`]*)`", text) for name in OPTION.findall(code)}
    for heading, decorate in SHARED.items():
        if f"(#{heading.lower().replace(' ', '-')})" in text:
            told |= _options(click.command()(decorate(lambda: None)))
    return told - _names(common_options())


def test_every_command_has_its_section() -> None:
    assert set(SECTIONS) == set(COMMANDS)


@pytest.mark.parametrize("path", COMMANDS)
def test_a_section_names_the_options_of_its_command(path: str) -> None:
    text = SECTIONS[path]
    assert text.lstrip().startswith(f"`ferry {path}")
    assert _told(text) == _options(COMMANDS[path])


@pytest.mark.parametrize("heading", SHARED)
def test_shared_options_are_named_once(heading: str) -> None:
    options = _options(click.command()(SHARED[heading](lambda: None)))
    assert _told(PAGE.sections(2)[heading]) == options


def test_common_options_are_named() -> None:
    text = PAGE.sections(2)["Common options"]
    told = {name for code in re.findall("`([^`]*)`", text) for name in OPTION.findall(code)}
    assert told == _names(common_options()) | {"--help", "-h", "--version"}


def test_aliases_are_named() -> None:
    told = re.findall(r"`ferry (\w+)`", PAGE.text.partition("## Common options")[0])
    aliases = set(table.ALIASES)
    assert aliases <= set(told)
    assert set(told) == aliases | set(table.ALIASES.values())


def test_columns_are_named() -> None:
    from provider_core.cli import image_columns

    for path, columns in (
        ("find", image_columns.OFFER_COLUMNS),
        ("list", image_columns.IMAGE_COLUMNS),
    ):
        names = ", ".join(column.name for column in columns)
        assert names in " ".join(SECTIONS[path].split()), path
