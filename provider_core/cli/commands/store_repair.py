"""ferry store repair."""

from __future__ import annotations

import click

from ...errors import IntegrityError
from ..common import ferry_command
from ..damage_table import show_damage
from ..invocation import Invocation

__all__ = ["command"]


@ferry_command(name="repair")
@click.pass_obj
def command(invocation: Invocation) -> None:
    """Move damaged content into the store's quarantine; nothing is deleted.

    Installing the image again brings what was moved.
    """
    with invocation.host() as host:
        moved = host.repair_store()
    show_damage(invocation.output, moved, empty="nothing had to be moved")
    if any(damage.kind == "catalog" for damage in moved):
        raise IntegrityError(
            "the catalog is damaged, so what it names could not be looked for",
            hint="`ferry catalog restore FILE`, or `ferry catalog rebuild` from the store",
        )
