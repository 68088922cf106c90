"""ferry feed refresh."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from feed_format import read_feed
from provider_core.cli.common import ferry_command
from provider_core.cli.invocation import Invocation

from ..publishing import opened
from .documents import feed_document, feed_facts
from .key_flags import feed_argument, keyring_of, lock_seconds, signing_flags

__all__ = ["command"]


@ferry_command(name="refresh")
@feed_argument
@signing_flags
@click.pass_obj
def command(invocation: Invocation, /, feed: Path, **told: Any) -> None:
    """Sign the feed in the folder PATH again, so that it stays fresh; its content stays.

    Its newest signature holds for 30 days: run this, or `ferry feed add`, more often than that.
    """
    keyring = keyring_of(invocation, told)
    with opened(
        feed, keyring, clock=invocation.clock, lock_seconds=lock_seconds(invocation)
    ) as publisher:
        publisher.refresh()
    state = read_feed(feed)
    invocation.output.facts(feed_facts(state), feed_document(state))
