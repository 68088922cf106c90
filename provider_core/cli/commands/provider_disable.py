"""ferry provider disable."""

from __future__ import annotations

import click

from ..common import ferry_command
from ..invocation import Invocation
from ..switching import tell_switched

__all__ = ["command"]


@ferry_command(name="disable")
@click.argument("name")
@click.pass_obj
def command(invocation: Invocation, name: str) -> None:
    """Go on without the provider NAME; it is neither imported nor asked."""
    with invocation.host() as host:
        changed = host.disable_provider(name)
    tell_switched(invocation.output, name, enabled=False, changed=changed)
