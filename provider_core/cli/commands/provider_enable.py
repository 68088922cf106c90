"""ferry provider enable."""

from __future__ import annotations

import click

from ..common import ferry_command
from ..invocation import Invocation
from ..switching import tell_switched

__all__ = ["command"]


@ferry_command(name="enable")
@click.argument("name")
@click.pass_obj
def command(invocation: Invocation, name: str) -> None:
    """Use the provider NAME again."""
    with invocation.host() as host:
        changed = host.enable_provider(name)
    tell_switched(invocation.output, name, enabled=True, changed=changed)
