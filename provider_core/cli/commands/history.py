"""ferry history."""

from __future__ import annotations

from datetime import datetime

import click

from .. import flags
from ..common import ferry_command
from ..grid import Column, Grid
from ..invocation import Invocation
from ..schema import layer_document
from ..units import age, size

__all__ = ["command"]

_MOST_CREATED_BY = 45


@ferry_command(name="history")
@flags.image_argument
@click.option("--no-trunc", is_flag=True, help="Show commands and times whole.")
@click.pass_obj
def command(invocation: Invocation, request: str, no_trunc: bool) -> None:
    """Show the layers of an installed image, newest first, as `docker history` does.

    A step at whose end an installed image was done has that image's id; <missing> is a step
    between: its layer is here, and an image of its own never was, or is not installed.
    """
    with invocation.host() as host:
        entries = host.history(request)
    grid = Grid(columns=_columns(invocation.clock(), no_trunc), rows=entries, style="docker")
    invocation.output.answer(grid, map(layer_document, entries), empty="it tells no history")


def _columns(now: datetime, whole: bool) -> tuple[Column, ...]:
    return (
        Column(name="IMAGE", text=lambda entry: entry.image),
        Column(
            name="CREATED", text=lambda entry: entry.created if whole else age(entry.created, now)
        ),
        Column(
            name="CREATED BY",
            text=lambda entry: entry.created_by if whole else _shortened(entry.created_by),
        ),
        Column(name="SIZE", text=lambda entry: size(entry.size)),
        Column(name="COMMENT", text=lambda entry: entry.comment),
    )


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _MOST_CREATED_BY else text[: _MOST_CREATED_BY - 1] + "…"
