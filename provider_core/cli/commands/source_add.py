"""ferry source add."""

from __future__ import annotations

import click

from .. import flags
from ..builtin_names import builtin_names
from ..invocation import Invocation
from ..provider_flags import provider_command
from ..schema import source_document
from ..source_facts import source_facts

__all__ = ["command"]


@provider_command(name="add", verbs=("source",))
@click.argument("name")
@click.argument("location")
@click.option("--provider", default="", metavar="NAME", help="Its provider, if not recognised.")
@click.option("--priority", type=int, metavar="N", help="Higher is asked first (50, 40, 30, …).")
@flags.require_signature_flag
@flags.options_flag
@flags.force_flag
@flags.ticket_flag
@click.pass_obj
def command(
    invocation: Invocation,
    name: str,
    location: str,
    provider: str,
    priority: int | None,
    option: tuple[str, ...],
    require_signature: tuple[str, ...],
    force: bool,
    ticket: str,
) -> None:
    """Register LOCATION, a folder or URL, as the source NAME.

    Its provider is recognised by the URL's scheme or by what is in the folder:
    ferry source add lab ./layouts
    """
    with invocation.host(ticket=ticket) as host:
        builtin = builtin_names(host)
        source = host.add_source(
            name,
            location,
            provider=provider,
            priority=priority,
            options=flags.with_keys(flags.option_values(option), require_signature),
            force=force,
        )
        gone = builtin - builtin_names(host) - {source.name}
    invocation.output.facts(source_facts(source), source_document(source))
    for lost in sorted(gone):
        invocation.output.notice(
            f"the built-in source {lost} is left out now; --source {lost} still asks it"
        )
