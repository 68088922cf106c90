"""ferry engine list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..common import ferry_command
from ..engine_documents import engine_document
from ..grid import Column, Grid
from ..invocation import Invocation

if TYPE_CHECKING:
    from ...operations.engine_listing import EngineRow

__all__ = ["command"]

_COLUMNS = (
    Column(name="Name", text=lambda row: row.address.name),
    Column(name="Version", text=lambda row: _answer(row)),
    Column(name="Platform", text=lambda row: str(row.version.platform) if row.version else ""),
    Column(name="Origin", text=lambda row: row.address.origin),
    Column(name="Place", text=lambda row: row.address.url),
)


@ferry_command(name="list")
@click.pass_obj
def command(invocation: Invocation) -> None:
    """List the container engines that are configured or found, and whether they answer.

    Looked for are the setting `engines`, DOCKER_HOST, CONTAINER_HOST, CONTAINERD_ADDRESS and the
    usual sockets. One that does not answer is listed too, with what to start.
    """
    with invocation.host() as host:
        rows = host.engines()
    output = invocation.output
    output.answer(
        Grid(columns=_COLUMNS, rows=rows),
        map(engine_document, rows),
        empty="no engine is configured, and none was found",
    )
    for row in rows:
        if row.silence is not None:
            output.notice(f"{row.silence.message}; {row.silence.hint}")


def _answer(row: EngineRow) -> str:
    return f"{row.version.product} {row.version.version}" if row.version else "(silent)"
