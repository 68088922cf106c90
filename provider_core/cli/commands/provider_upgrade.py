"""ferry provider upgrade."""

from __future__ import annotations

import click

from ..carrying import delivery_flags, folder_named, hashes_from, tell_delivered
from ..common import ferry_command
from ..invocation import Invocation

__all__ = ["command"]


@ferry_command(name="upgrade")
@click.argument("name")
@delivery_flags
@click.pass_obj
def command(invocation: Invocation, name: str, folder: str | None, hashes: tuple[str, ...]) -> None:
    """Put a newer version of the provider NAME in the place of this home's."""
    with invocation.host() as host:
        done = host.upgrade_provider(name, folder=folder_named(folder), hashes=hashes_from(hashes))
    tell_delivered(invocation.output, done)
