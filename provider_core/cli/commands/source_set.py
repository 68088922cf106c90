"""ferry source set."""

from __future__ import annotations

import click

from .. import flags
from ..builtin_names import owned
from ..invocation import Invocation
from ..provider_flags import provider_command
from ..schema import source_document
from ..source_facts import source_facts

__all__ = ["command"]


@provider_command(name="set", verbs=("source",))
@click.argument("name", shell_complete=flags.source_names)
@click.option("--location", default="", metavar="PLACE", help="Where it is now.")
@click.option("--priority", type=int, metavar="N", help="Higher is asked first.")
@flags.require_signature_flag
@flags.options_flag
@flags.ticket_flag
@click.pass_obj
def command(
    invocation: Invocation,
    name: str,
    location: str,
    priority: int | None,
    option: tuple[str, ...],
    require_signature: tuple[str, ...],
    ticket: str,
) -> None:
    """Change the source NAME; what is not said stays as it is."""
    with invocation.host(ticket=ticket) as host, owned(host, name):
        source = host.set_source(
            name,
            location=location,
            priority=priority,
            options=flags.with_keys(flags.option_values(option), require_signature),
        )
    invocation.output.facts(source_facts(source), source_document(source))
