"""ferry key restore."""

from __future__ import annotations

from pathlib import Path

import click

from provider_core.cli.common import ferry_command
from provider_core.cli.invocation import Invocation

from ..key_backup import restore
from .key_flags import keyring_of
from .key_table import tell_copied

__all__ = ["command"]


@ferry_command(name="restore")
@click.argument("folder", metavar="DIR")
@click.pass_obj
def command(invocation: Invocation, folder: str) -> None:
    """Copy the keys in DIR, a backup, into this home; those that are here already stay."""
    tell_copied(invocation, restore(Path(folder).expanduser(), keyring_of(invocation, {})))
