"""ferry store check."""

from __future__ import annotations

import click

from ...errors import IntegrityError
from ..common import ferry_command
from ..damage_table import show_damage
from ..invocation import Invocation

__all__ = ["command"]


@ferry_command(name="check")
@click.pass_obj
def command(invocation: Invocation) -> None:
    """Read and hash everything in the store; what is wrong is printed, and the exit code is 4."""
    with invocation.host() as host:
        damages = host.check_store()
    show_damage(invocation.output, damages, empty="the store is whole")
    if damages:
        raise IntegrityError(
            f"the store is damaged in {len(damages)} places",
            hint="`ferry store repair` moves them aside; then install those images again",
            count=len(damages),
        )
