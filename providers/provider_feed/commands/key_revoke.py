"""ferry key revoke."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from feed_format import read_feed
from provider_core.cli.common import ferry_command
from provider_core.cli.invocation import Invocation

from ..feed_keys import chosen_key, feed_keys
from ..rotation import revoked_root
from .key_flags import feed_argument, keyring_of, signing_flags, to_flag
from .root_steps import finish, free_target

__all__ = ["command"]


@ferry_command(name="revoke")
@feed_argument
@click.argument("key", metavar="KEY")
@to_flag
@signing_flags
@click.pass_obj
def command(invocation: Invocation, /, feed: Path, key: str, **told: Any) -> None:
    """Take the rights of KEY away, in the feed in the folder PATH; the other keys go on.

    KEY is a role that one key has, or the first digits of an id. The only key of a role is
    replaced instead: ferry key rotate PATH KEY
    """
    keyring, state = keyring_of(invocation, told), read_feed(feed)
    free_target(told["to"])
    gone = chosen_key(key, feed_keys(state.keys, keyring))
    draft = revoked_root(state, gone, keyring, invocation.clock(), may_wait=told["to"] is not None)
    finish(invocation, state, draft, keyring, told["to"])
