"""ferry search."""

from __future__ import annotations

from typing import Any

import click

from ...model import Query
from ...references import Name, parse_reference
from .. import flags
from ..common import ferry_command
from ..grid import Column, Grid
from ..invocation import Invocation
from ..list_schema import found_document
from .find import find_flags, tell_offers

__all__ = ["command"]

_COLUMNS = (
    Column(name="NAME", text=lambda row: row.name),
    Column(name="DESCRIPTION", text=lambda row: row.summary),
    Column(name="STARS", text=lambda row: "" if row.stars is None else str(row.stars)),
    Column(name="OFFICIAL", text=lambda row: "[OK]" if row.is_official else ""),
)


@ferry_command(name="search")
@click.argument("requests", nargs=-1, metavar="[WORD…]", shell_complete=flags.image_names)
@click.option("--limit", type=click.IntRange(1, 100), default=25, help="Names of each source.")
@find_flags
@click.pass_obj
def command(
    invocation: Invocation,
    /,
    requests: tuple[str, ...],
    words: str,
    limit: int,
    columns: str,
    **told: Any,
) -> None:
    """Look for names: those that fit all words, with stars where a source counts them.

    Docker Hub is searched as `docker search` did it. What is no word (a pattern, tag, range or
    file) is looked for as `ferry find` does.
    """
    if columns or not requests or not all(map(_is_word, requests)):
        tell_offers(invocation, requests, words, columns, told)
        return
    text = " ".join((*words.split(), *requests))
    with invocation.host() as host:
        result = host.search(text, limit=limit, wishes=flags.wishes_from(told))
    grid = Grid(columns=_COLUMNS, rows=result.found, style="docker")
    invocation.output.answer(
        grid, map(found_document, result.found), empty="no source has such a name"
    )
    for fault in result.faults:
        invocation.output.error(fault)


def _is_word(request: str) -> bool:
    """Whether *request* is a name alone, or stars alone, which is for a search to refuse."""
    reference = parse_reference(request)
    return (
        isinstance(reference, Name)
        and reference.name == request
        and (not Query.of(reference).has_wildcard or Query.of(reference).is_broad)
    )
