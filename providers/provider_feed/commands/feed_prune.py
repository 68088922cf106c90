"""ferry feed prune."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from provider_core.cli.common import ferry_command
from provider_core.cli.invocation import Invocation
from provider_core.cli.parameter_types import SECONDS
from provider_core.cli.units import size
from provider_core.errors import UsageError

from ..publishing import opened
from .documents import pruned_document
from .key_flags import feed_argument, keyring_of, lock_seconds, signing_flags

__all__ = ["command"]

_WEEK = timedelta(days=7).total_seconds()


def _newest(ctx: click.Context, parameter: click.Parameter, text: str | None) -> int | None:
    if text is None:
        return None
    word, _, number = text.partition(":")
    if word != "newest" or not (number.isascii() and number.isdigit()) or int(number) < 1:
        raise UsageError(f"--keep cannot be {text!r}", hint="write --keep newest:3")
    return int(number)


@ferry_command(name="prune")
@feed_argument
@click.option(
    "--keep",
    "newest",
    metavar="newest:N",
    callback=_newest,
    help="Offer only the N newest versions of each name and variant.",
)
@click.option(
    "--grace",
    type=SECONDS,
    default=_WEEK,
    metavar="SECONDS",
    help="Leave what a publication of this time needs (7 days).",
)
@signing_flags
@click.pass_obj
def command(
    invocation: Invocation, /, feed: Path, newest: int | None, grace: float, **told: Any
) -> None:
    """Remove files that no publication of the last week needs; with --keep, old versions too.

    Labels such as `latest` are kept.
    """
    keyring = keyring_of(invocation, told)
    with opened(
        feed, keyring, clock=invocation.clock, lock_seconds=lock_seconds(invocation)
    ) as publisher:
        pruned = publisher.prune(newest=newest, retention=timedelta(seconds=grace))
        version = publisher.version
    if invocation.output.json:
        invocation.output.document(pruned_document(feed, version, pruned))
        return
    invocation.output.line(
        f"{pruned.versions} versions are offered no longer;"
        f" {pruned.files} files removed, {size(pruned.size)}"
    )
