"""ferry key show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from feed_format import read_feed
from provider_core.cli.common import ferry_command
from provider_core.cli.invocation import Invocation

from ..feed_keys import chosen_key, feed_keys
from .documents import feed_document, feed_facts, key_document, key_facts, signer_facts
from .key_flags import feed_argument, keyring_of, keys_flag

__all__ = ["command"]


@ferry_command(name="show")
@feed_argument
@click.argument("key", metavar="[KEY]", required=False)
@keys_flag
@click.pass_obj
def command(invocation: Invocation, /, feed: Path, key: str | None, **told: Any) -> None:
    """Show who signs the feed in the folder PATH, until when, and the fingerprint to pin.

    With KEY, everything about that key. KEY is a role that one key has (root, online, …), or the
    first digits of an id.
    """
    keyring, state = keyring_of(invocation, told), read_feed(feed)
    if key is None:
        facts = [*feed_facts(state), *signer_facts(state)]
        invocation.output.facts(facts, feed_document(state))
    else:
        found = chosen_key(key, feed_keys(state.keys, keyring))
        invocation.output.facts(key_facts(found), key_document(found))
