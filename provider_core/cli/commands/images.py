"""ferry images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

import click

from ...model import Installed
from .. import flags
from ..common import ferry_command
from ..grid import Column, Grid
from ..image_columns import Shown, none_fits, shown
from ..invocation import Invocation
from ..schema import tag_document
from ..units import age, size

__all__ = ["command"]


class _Named(NamedTuple):
    repository: str
    tag: str
    image: Installed


@ferry_command(name="images")
@click.argument("pattern", default="", metavar="[PATTERN]", shell_complete=flags.image_names)
@click.option("--no-trunc", is_flag=True, help="Show image ids whole.")
@click.pass_obj
def command(invocation: Invocation, pattern: str, no_trunc: bool) -> None:
    """List the names of installed images as `docker images` does: one row a name and tag."""
    with invocation.host() as host:
        rows = tuple(_names(shown(host.list(pattern), host.tags())))
    grid = Grid(columns=_columns(invocation.clock(), no_trunc), rows=rows, style="docker")
    documents = [tag_document(*row) for row in rows]
    invocation.output.answer(grid, documents, empty=none_fits(pattern))


def _names(rows: Iterable[Shown]) -> Iterator[_Named]:
    for row in rows:
        own = (row.image.name, row.image.version or "<none>")
        names = dict.fromkeys([own, *((tag.name, tag.tag) for tag in row.tags)])
        yield from (_Named(repository, tag, row.image) for repository, tag in names)


def _columns(now: datetime, whole: bool) -> tuple[Column, ...]:
    return (
        Column(name="REPOSITORY", text=lambda row: row.repository),
        Column(name="TAG", text=lambda row: row.tag),
        Column(
            name="IMAGE ID",
            text=lambda row: str(row.image.image_id) if whole else row.image.image_id.short,
        ),
        Column(name="CREATED", text=lambda row: age(row.image.created, now)),
        Column(name="SIZE", text=lambda row: size(row.image.size)),
    )
