"""ferry key list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from feed_format import read_feed
from provider_core.cli.common import ferry_command
from provider_core.cli.invocation import Invocation

from ..feed_keys import courier_here, feed_keys, keys_here
from .documents import key_document
from .key_flags import feed_path, keyring_of, keys_flag
from .key_table import key_grid

__all__ = ["command"]


@ferry_command(name="list")
@click.argument("feed", metavar="[PATH]", required=False, callback=feed_path)
@keys_flag
@click.pass_obj
def command(invocation: Invocation, /, feed: Path | None, **told: Any) -> None:
    """List the keys that sign the feed in the folder PATH, and where their private halves are.

    Without PATH: the private keys that are here, whatever they sign, the courier of this home's
    bundles too. No passphrase is needed.
    """
    keyring = keyring_of(invocation, told)
    if feed is None:
        keys = (*keys_here(keyring), *courier_here(keyring))
    else:
        keys = feed_keys(read_feed(feed).keys, keyring)
    invocation.output.answer(key_grid(keys), map(key_document, keys), empty="no key is here")
