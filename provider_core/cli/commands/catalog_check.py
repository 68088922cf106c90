"""ferry catalog check."""

from __future__ import annotations

import click

from ...errors import IntegrityError
from ..common import ferry_command
from ..invocation import Invocation

__all__ = ["command"]


@ferry_command(name="check")
@click.pass_obj
def command(invocation: Invocation) -> None:
    """Check the catalog's file; what is wrong is printed, and the exit code is 4."""
    output = invocation.output
    with invocation.host() as host:
        faults = host.catalog.check()
    for fault in faults:
        if output.json:
            document = {"schema": "ferry.damage/1", "kind": "catalog", "digest": ""}
            output.document({**document, "detail": fault})
        else:
            output.line(fault)
    if faults:
        raise IntegrityError(
            f"the catalog is damaged ({len(faults)} faults)",
            hint="`ferry catalog restore FILE`, or `ferry catalog rebuild` from the store",
            count=len(faults),
        )
    output.notice("the catalog is whole")
