"""ferry source logout."""

from __future__ import annotations

import click

from .. import flags
from ..common import ferry_command
from ..invocation import Invocation
from ..schema import logout_document

__all__ = ["command"]


@ferry_command(name="logout")
@click.argument("name", shell_complete=flags.source_names)
@click.pass_obj
def command(invocation: Invocation, name: str) -> None:
    """Forget who to be at the source NAME; the environment's logins are not touched."""
    output = invocation.output
    with invocation.host() as host:
        gone = host.logout(name)
    if output.json:
        output.document(logout_document(name, changed=gone))
    elif gone:
        output.line(f"Logged out: {name}")
    else:
        output.notice(f"no login of {name} is kept here")
