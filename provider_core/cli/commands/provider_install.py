"""ferry provider install."""

from __future__ import annotations

import click

from ...errors import NotSupported
from ..common import ferry_command
from ..invocation import Invocation
from ..schema import provider_document

__all__ = ["command"]


@ferry_command(name="install")
@click.argument("name")
@click.pass_obj
def command(invocation: Invocation, name: str) -> None:
    """See to it that the provider NAME is here; those of ferry itself always are."""
    output = invocation.output
    with invocation.host() as host:
        row = next((row for row in host.providers() if row.name == name and row.info), None)
    if row is None:
        raise NotSupported(
            f"the provider {name!r} is not installed, and ferry does not install providers itself",
            hint="install the distribution that has it beside ferry: `pip install DISTRIBUTION`",
            name=name,
        )
    if output.json:
        output.document(provider_document(row))
    else:
        output.notice(f"{name} is already installed ({row.origin})")
