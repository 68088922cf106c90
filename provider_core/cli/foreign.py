"""Commands of other distributions, by entry point; looked up only where the table knows none."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Final

import click

from ..errors import ProviderFault

__all__ = ["command_names", "load_command"]

GROUP: Final = "provider_core.commands"
"""As hookspecs.COMMAND_GROUP, without importing what that imports."""


def command_names() -> set[str]:
    """Return the names of installed commands; none of them is imported."""
    return {entry.name for entry in entry_points(group=GROUP)}


def load_command(name: str) -> click.Command | None:
    """Import and return the command *name*, None if no distribution has it.

    Raises ProviderFault if it does not load or is no click command.
    """
    for entry in entry_points(group=GROUP, name=name):
        return _loaded(entry)
    return None


def _loaded(entry: EntryPoint) -> click.Command:
    try:
        command = entry.load()
    except Exception as error:
        raise _fault(entry, f"{type(error).__name__}: {error}") from error
    if not isinstance(command, click.Command):
        raise _fault(entry, f"{entry.value} is a {type(command).__name__}, not a click command")
    return command


def _fault(entry: EntryPoint, cause: str) -> ProviderFault:
    owner = entry.dist.metadata["Name"] if entry.dist else entry.value
    return ProviderFault(owner, f"the command {entry.name!r}", cause)
