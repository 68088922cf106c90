"""ferry list."""

from __future__ import annotations

import click

from ...errors import UsageError
from .. import flags
from ..common import ferry_command
from ..image_columns import image_grid, none_fits, shown
from ..invocation import Invocation
from ..past import holds_at, tags_at
from ..schema import image_document

__all__ = ["command"]


@ferry_command(name="list")
@click.argument("pattern", default="", metavar="[PATTERN]", shell_complete=flags.image_names)
@flags.columns_flag
@click.option("--engine", metavar="NAME", help="What this container engine holds instead.")
@click.option("--revision", type=click.IntRange(min=0), metavar="N", help="As it was then.")
@click.option("--withdrawn", is_flag=True, help="Those alone that a source withdrew, and why.")
@click.pass_obj
def command(
    invocation: Invocation,
    pattern: str,
    columns: str,
    engine: str | None,
    revision: int | None,
    withdrawn: bool,
) -> None:
    """List the installed images whose name fits PATTERN (* and ?).

    Columns: Name Publisher Version IsOSImage ParentImage Platform Digest Id Size Provider Source
    Tags Held Created InstalledAt. With --engine NAME, what is in a container engine.
    """
    if engine is not None:
        if columns or revision is not None or withdrawn:
            raise UsageError(
                "--engine goes with none of --columns, --revision and --withdrawn",
                hint="leave them out",
            )
        from ..engine_images import list_engine

        list_engine(invocation, engine, pattern)
        return
    if withdrawn:
        if columns or revision is not None:
            raise UsageError(
                "--withdrawn goes with neither --columns nor --revision", hint="leave them out"
            )
        _list_withdrawn(invocation, pattern)
        return
    image_grid((), columns)  # an unknown column is refused before anything is read
    with invocation.host() as host:
        images = host.list(pattern, revision=revision)
        tags = host.tags() if revision is None else tags_at(host, revision)
        holds = host.holds() if revision is None else holds_at(host, revision)
    rows = shown(images, tags, holds)
    documents = [image_document(*row) for row in rows]
    invocation.output.answer(image_grid(rows, columns), documents, empty=none_fits(pattern))


def _list_withdrawn(invocation: Invocation, pattern: str) -> None:
    from ..withdrawn_table import withdrawn_document, withdrawn_grid

    with invocation.host() as host:
        rows = host.withdrawn(pattern)
    documents = map(withdrawn_document, rows)
    grid = withdrawn_grid(rows)
    invocation.output.answer(grid, documents, empty="no source withdrew what is installed")
