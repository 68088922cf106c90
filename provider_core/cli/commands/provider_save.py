"""ferry provider save."""

from __future__ import annotations

from pathlib import Path

import click

from ...wheels.target import Target
from ..carrying import target_flags, wheel_document
from ..common import ferry_command
from ..grid import Column, Grid
from ..invocation import Invocation

__all__ = ["command"]

_COLUMNS = (
    Column(name="Provider", text=lambda wheel: ", ".join(wheel.facts.providers)),
    Column(name="File", text=lambda wheel: wheel.path.name),
    Column(name="Digest", text=lambda wheel: str(wheel.digest)),
)


@ferry_command(name="save")
@click.argument("names", metavar="NAME…", nargs=-1, required=True)
@click.option("--to", required=True, metavar="DIR", help="The folder to make.")
@target_flags
@click.pass_obj
def command(
    invocation: Invocation, names: tuple[str, ...], to: str, platform: str, python: str
) -> None:
    """Write the wheels of providers to a folder, to be installed where there is no network.

    NAME is a provider that is installed here, a distribution, a wheel, or a project's folder.
    There: ferry provider install ./DIR
    """
    target = Target.of(platform, python)
    with invocation.host() as host:
        wheels = host.save_providers(*names, to=Path(to).expanduser(), target=target)
    invocation.output.answer(Grid(columns=_COLUMNS, rows=wheels), map(wheel_document, wheels))
