"""Commands by entry point: of providers here, and of other distributions.

They are looked up only where the table knows none.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Final

import click

from ..errors import ProviderFault

__all__ = ["command_lines", "load_command"]

GROUP: Final = "provider_core.commands"
"""As hookspecs.COMMAND_GROUP, without importing what that imports."""


_OWN = "imageferry"


def command_lines() -> list[tuple[str, str]]:
    """Return name and one line of the installed commands, in the order of their names.

    Those of other distributions are not imported, and so they have the same line.
    """
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    return [(name, _line(found[name])) for name in sorted(found)]


def load_command(name: str) -> click.Command | None:
    """Import and return the command *name*, None if no distribution has it.

    Raises ProviderFault if it does not load or is no click command.
    """
    for entry in entry_points(group=GROUP, name=name):
        return _loaded(entry)
    return None


def _line(entry: EntryPoint) -> str:
    if entry.dist is None or entry.dist.metadata["Name"] != _OWN:
        return "(of another distribution)"
    return _loaded(entry).get_short_help_str(limit=100)


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
