"""ferry feed list."""

from __future__ import annotations

from pathlib import Path

import click

from feed_format import read_feed
from provider_core.cli import flags
from provider_core.cli.common import ferry_command
from provider_core.cli.image_columns import offer_grid
from provider_core.cli.invocation import Invocation
from provider_core.cli.schema import offer_document
from provider_core.model import Query

from .documents import COLUMNS
from .key_flags import feed_argument

__all__ = ["command"]


@ferry_command(name="list")
@feed_argument
@click.argument("pattern", default="", metavar="[PATTERN]")
@flags.columns_flag
@click.pass_obj
def command(invocation: Invocation, feed: Path, pattern: str, columns: str) -> None:
    """List what the feed in the folder PATH offers, of names that fit PATTERN (* and ?).

    No key is needed. That what is listed was signed by the feed's own keys is checked; whose
    feed it is, only a reader that pinned its fingerprint knows.
    """
    offer_grid((), columns)  # an unknown column is refused before anything is read
    query = Query(name=pattern)
    packages = [
        package
        for document in read_feed(feed).documents()
        for package in document.packages
        if query.wants_name(package.name)
    ]
    invocation.output.answer(
        offer_grid(packages, columns or COLUMNS),
        map(offer_document, packages),
        empty="the feed offers nothing" if not pattern else "nothing fits",
    )
