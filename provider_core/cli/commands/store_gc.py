"""ferry store gc."""

from __future__ import annotations

import click

from .. import flags
from ..common import ferry_command
from ..home_documents import collected_document
from ..invocation import Invocation
from ..parameter_types import SECONDS
from ..units import size

__all__ = ["command"]


@ferry_command(name="gc")
@click.option(
    "--grace",
    type=SECONDS,
    metavar="SECONDS",
    help="Leave what is younger (else gc_grace of `ferry config`); 0 takes cached content too.",
)
@flags.dry_run_flag
@click.pass_obj
def command(invocation: Invocation, grace: float | None, dry_run: bool) -> None:
    """Remove content that no image, hold or running command needs."""
    output = invocation.output
    with invocation.host() as host:
        collected = host.collect(grace=grace, dry_run=dry_run)
    if output.json:
        output.document({**collected_document(collected), "dry_run": dry_run})
        return
    for digest in collected.digests:
        output.line(f"{'Unneeded' if dry_run else 'Deleted'}: {digest}")
    young = f"; {collected.kept_for_grace} younger blobs stay" if collected.kept_for_grace else ""
    output.notice(f"{size(collected.size)} {'would be freed' if dry_run else 'freed'}{young}")
