"""ferry feed remove."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from provider_core.cli.common import ferry_command
from provider_core.cli.image_columns import offer_grid
from provider_core.cli.invocation import Invocation

from ..publishing import opened, remove_images
from .documents import COLUMNS, published_document
from .key_flags import feed_argument, keyring_of, lock_seconds, signing_flags

__all__ = ["command"]


@ferry_command(name="remove")
@feed_argument
@click.argument("requests", nargs=-1, required=True, metavar="REQUEST…")
@click.option(
    "--withdraw",
    "reason",
    default="",
    metavar="REASON",
    help="Tell readers that it should be used no more, and why.",
)
@signing_flags
@click.pass_obj
def command(
    invocation: Invocation, /, feed: Path, requests: tuple[str, ...], reason: str, **told: Any
) -> None:
    """Offer no longer what the REQUESTs mean: NAME, NAME:VERSION, 'NAME<2', or a pattern.

    The content stays until `ferry feed prune`, for readers that follow the last publication. What
    readers have installed stays; with --withdraw, `ferry list --withdrawn` tells them.
    """
    keyring = keyring_of(invocation, told)
    with opened(
        feed, keyring, clock=invocation.clock, lock_seconds=lock_seconds(invocation)
    ) as publisher:
        gone = remove_images(publisher, requests, reason=reason)
        version = publisher.publish().version
    document = published_document(feed, version, removed=gone)
    invocation.output.answer(offer_grid(gone, COLUMNS), [document])
    invocation.output.notice(f"publication {version}: offered no longer")
