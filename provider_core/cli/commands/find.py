"""ferry find."""

from __future__ import annotations

from typing import Any

import click

from ...model import Query
from ...references import Name, parse_reference
from .. import flags
from ..image_columns import offer_grid
from ..invocation import Invocation
from ..provider_flags import provider_command
from ..schema import offer_document

__all__ = ["command"]


@provider_command(name="find", verbs=("find",))
@click.argument("requests", nargs=-1, metavar="[REQUEST…]", shell_complete=flags.image_names)
@click.option("--words", default="", metavar="WORDS", help="With these words in name or summary.")
@click.option("--all-versions", is_flag=True, help="Every version, not the newest alone.")
@click.option("--remote", is_flag=True, help="Ask beyond this machine though nothing is named.")
@click.option("--strict", is_flag=True, help="Fail when any source fails.")
@flags.selection_flags
@flags.platform_flags
@flags.columns_flag
@click.pass_context
def command(
    ctx: click.Context, /, requests: tuple[str, ...], words: str, columns: str, **told: Any
) -> None:
    """Ask the sources which images they have: the newest of each name.

    As `ferry search`, names alone are words to look for in names and summaries. A source that
    fails is named on stderr, beside what the others have. Columns: Name Version Source
    Description Publisher IsOSImage ParentImage Platform Digest Size Published Provider.
    """
    offer_grid((), columns)  # an unknown column is refused before anybody is asked
    invocation: Invocation = ctx.obj
    if ctx.info_name == "search" and all(map(_is_word, requests)):
        requests, words = (), " ".join((*words.split(), *requests))
    with invocation.host() as host:
        found = host.find(*requests, words=words, wishes=flags.wishes_from(told))
    documents = [offer_document(package) for package in found.packages]
    grid = offer_grid(found.packages, columns)
    invocation.output.answer(grid, documents, empty="no source has such an image")
    for fault in found.faults:
        invocation.output.error(fault)


def _is_word(request: str) -> bool:
    """Whether *request* is a name alone: no pattern, tag, range or file."""
    reference = parse_reference(request)
    return (
        isinstance(reference, Name)
        and reference.name == request
        and not Query.of(reference).has_wildcard
    )
