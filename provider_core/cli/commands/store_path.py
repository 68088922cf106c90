"""ferry store path."""

from __future__ import annotations

import click

from ..common import ferry_command
from ..invocation import Invocation

__all__ = ["command"]


@ferry_command(name="path")
@click.pass_obj
def command(invocation: Invocation) -> None:
    """Print where the store is.

    It is an OCI image layout: skopeo inspect "oci:$(ferry store path):NAME:VERSION"
    """
    invocation.output.place(invocation.home().store)
