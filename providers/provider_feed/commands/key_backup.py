"""ferry key backup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from feed_format import read_feed
from provider_core.cli.common import ferry_command
from provider_core.cli.invocation import Invocation

from ..feed_keys import feed_keys
from ..key_backup import back_up
from ..keyring_folder import keep_outside
from .key_flags import feed_argument, keyring_of, keys_flag
from .key_table import tell_copied

__all__ = ["command"]


@ferry_command(name="backup")
@feed_argument
@click.argument("folder", metavar="DIR")
@keys_flag
@click.pass_obj
def command(invocation: Invocation, /, feed: Path, folder: str, **told: Any) -> None:
    """Copy the keys of the feed in the folder PATH that are here, and its roots, to DIR.

    The home's courier key, which signs its bundles, goes with them if there is one.
    Key files are copied as they are, those with a passphrase still need it. Keep DIR off this
    machine.
    """
    target, state = Path(folder).expanduser(), read_feed(feed)
    keep_outside(feed, target)
    keyring = keyring_of(invocation, told)
    keys = feed_keys(state.keys, keyring)
    tell_copied(invocation, back_up(state, keys, keyring, target))
