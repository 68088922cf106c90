"""ferry catalog backup."""

from __future__ import annotations

from pathlib import Path

import click

from ..common import ferry_command
from ..invocation import Invocation

__all__ = ["command"]


@ferry_command(name="backup")
@click.argument("path", metavar="FILE")
@click.pass_obj
def command(invocation: Invocation, path: str) -> None:
    """Copy the catalog to FILE, which must not exist; other commands may run meanwhile."""
    target = Path(path).absolute()
    with invocation.host() as host:
        host.catalog.backup(target)
    invocation.output.place(target)
