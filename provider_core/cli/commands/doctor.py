"""ferry doctor."""

from __future__ import annotations

import click

from ..common import ferry_command
from ..grid import Column, Grid
from ..invocation import Invocation

__all__ = ["command"]

_COLUMNS = (
    Column("What", lambda finding: finding.what),
    Column("Status", lambda finding: finding.status),
    Column("Detail", lambda finding: finding.detail),
)


@ferry_command(name="doctor")
@click.pass_obj
def command(invocation: Invocation) -> int:
    """Look for what could be wrong here, and change nothing; exit 1 if something will fail."""
    output = invocation.output
    with invocation.host() as host:
        findings = host.doctor()
    output.answer(
        Grid(_COLUMNS, findings),
        (
            {
                "schema": "ferry.finding/1",
                "what": finding.what,
                "status": finding.status,
                "detail": finding.detail,
                "hint": finding.hint,
            }
            for finding in findings
        ),
    )
    for finding in findings:
        if finding.hint and not output.json:
            output.notice(f"{finding.what}: {finding.hint}")
    return int(any(finding.status == "bad" for finding in findings))
