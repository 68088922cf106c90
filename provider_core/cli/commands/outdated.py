"""ferry outdated."""

from __future__ import annotations

from typing import Any

import click

from .. import flags
from ..grid import Column, Grid
from ..invocation import Invocation
from ..list_schema import outdated_document
from ..provider_flags import provider_command

__all__ = ["command"]

_COLUMNS = (
    Column(name="Name", text=lambda row: row.image.name),
    Column(name="Version", text=lambda row: row.image.version),
    Column(name="Available", text=lambda row: row.package.version),
    Column(name="Source", text=lambda row: row.source.name if row.source else ""),
)


@provider_command(name="outdated", verbs=("find",))
@flags.optional_requests_argument
@flags.selection_flags
@click.option("--strict", is_flag=True, help="Fail when any source fails.")
@click.pass_obj
def command(invocation: Invocation, /, requests: tuple[str, ...], **told: Any) -> None:
    """List installed images whose own source has something newer of the same variant.

    A label (latest) is outdated when it means other content now. A request is a name or pattern,
    and may have a range: ferry outdated 'nginx<2'
    """
    with invocation.host() as host:
        found = host.outdated(*requests, wishes=flags.wishes_from(told))
    output = invocation.output
    grid = Grid(columns=_COLUMNS, rows=found.rows)
    output.answer(grid, map(outdated_document, found.rows), empty="everything is up to date")
    for image in found.unknown:
        output.notice(f"{image.name} {image.version} has no source that could be asked")
    for fault in found.faults:
        output.error(fault)
