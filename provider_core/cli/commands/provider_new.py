"""ferry provider new."""

from __future__ import annotations

from pathlib import Path

import click

from ...scaffold import ProjectNames, write_project
from ..common import ferry_command
from ..invocation import Invocation

__all__ = ["command"]


@ferry_command(name="new")
@click.argument("name")
@click.option("--to", metavar="DIR", help="Where to write it (else ./imageferry-NAME).")
@click.pass_obj
def command(invocation: Invocation, name: str, to: str | None) -> None:
    """Write the project of a new provider NAME: complete, tested, and never over something.

    Then: cd DIR, pip install -e '.[test]', ferry provider check.
    """
    names = ProjectNames.of(name)
    folder = Path(to).expanduser() if to else Path(names.distribution)
    written = write_project(names, folder)
    for path in written:
        invocation.output.place(path)
    invocation.output.notice(
        f"Now: cd {folder} && pip install -e '.[test]' && ferry provider check"
    )
