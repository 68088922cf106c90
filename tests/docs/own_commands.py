"""Every command of this distribution, by its words: those of the table and of entry points."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import distribution

import click

from provider_core.cli import table

__all__ = ["COMMANDS"]


def _commands() -> Iterator[tuple[str, click.Command]]:
    for entry in table.ENTRIES:
        yield entry.path, import_module(f"provider_core.cli.commands.{entry.module}").command
    for point in distribution("imageferry").entry_points.select(group="provider_core.commands"):
        yield from _below(point.name, point.load())


def _below(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for word in command.list_commands(context):
        found = command.get_command(context, word)
        assert found is not None
        yield from _below(f"{path} {word}", found)


COMMANDS = dict(_commands())
