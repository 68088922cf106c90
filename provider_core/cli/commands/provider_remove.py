"""ferry provider remove."""

from __future__ import annotations

import click

from ..carrying import tell_delivered
from ..common import ferry_command
from ..invocation import Invocation

__all__ = ["command"]


@ferry_command(name="remove")
@click.argument("name")
@click.pass_obj
def command(invocation: Invocation, name: str) -> None:
    """Take the provider NAME out of this home; refused while a source needs it."""
    with invocation.host() as host:
        done = host.remove_provider(name)
    tell_delivered(invocation.output, done)
