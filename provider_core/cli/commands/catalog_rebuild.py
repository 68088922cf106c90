"""ferry catalog rebuild."""

from __future__ import annotations

import click

from ..common import ferry_command
from ..invocation import Invocation

__all__ = ["command"]


@ferry_command(name="rebuild")
@click.pass_obj
def command(invocation: Invocation) -> None:
    """Make the catalog anew from the records that lie beside the content in the store."""
    with invocation.host() as host:
        count = host.rebuild_catalog()
    invocation.output.notice(f"the catalog is rebuilt, with {count} images")
