"""ferry catalog restore."""

from __future__ import annotations

import click

from ..common import ferry_command
from ..invocation import Invocation

__all__ = ["command"]


@ferry_command(name="restore")
@click.argument("path", metavar="FILE")
@click.pass_obj
def command(invocation: Invocation, path: str) -> None:
    """Put the backup FILE in the catalog's place; the present catalog is kept beside it.

    Content that the backup names and the store has not is found by `ferry store check`.
    """
    with invocation.host() as host:
        host.restore_catalog(path)
        count = len(host.list())
    invocation.output.notice(f"the catalog is restored, with {count} images")
