"""ferry config list, and ferry config."""

from __future__ import annotations

import click

from ...settings import Setting, origins
from ..common import ferry_command
from ..grid import Column, Grid
from ..home_documents import setting_document
from ..invocation import Invocation

__all__ = ["command"]


def _value(setting: Setting) -> str:
    value = setting.value
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


_COLUMNS = (
    Column(name="Name", text=lambda setting: setting.name),
    Column(name="Value", text=_value),
    Column(name="Origin", text=lambda setting: setting.origin),
)


@ferry_command(name="list")
@click.pass_obj
def command(invocation: Invocation) -> None:
    """List the settings and where each comes from: system < user < home < environment < flag."""
    settings = origins(invocation.layers())
    grid = Grid(columns=_COLUMNS, rows=settings)
    invocation.output.answer(grid, map(setting_document, settings))
