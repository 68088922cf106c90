"""ferry list."""

from __future__ import annotations

import click

from .. import flags
from ..common import ferry_command
from ..image_columns import image_grid, shown
from ..invocation import Invocation
from ..past import holds_at, tags_at
from ..schema import image_document

__all__ = ["command"]


@ferry_command(name="list")
@click.argument("pattern", default="", metavar="[PATTERN]", shell_complete=flags.image_names)
@flags.columns_flag
@click.option("--revision", type=click.IntRange(min=0), metavar="N", help="As it was then.")
@click.pass_obj
def command(invocation: Invocation, pattern: str, columns: str, revision: int | None) -> None:
    """List the installed images whose name fits PATTERN (* and ?).

    Columns: Name Publisher Version IsOSImage ParentImage Platform Digest Id Size Provider Source
    Tags Held Created InstalledAt.
    """
    image_grid((), columns)  # an unknown column is refused before anything is read
    with invocation.host() as host:
        images = host.list(pattern, revision=revision)
        tags = host.tags() if revision is None else tags_at(host, revision)
        holds = host.holds() if revision is None else holds_at(host, revision)
    rows = shown(images, tags, holds)
    documents = [image_document(*row) for row in rows]
    invocation.output.answer(image_grid(rows, columns), documents, empty="no image is installed")
