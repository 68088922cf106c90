"""ferry key apply."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from feed_format import read_feed
from provider_core.cli.common import ferry_command
from provider_core.cli.invocation import Invocation

from ..root_drafts import RootDraft
from ..rotation import placed
from .key_flags import feed_argument, keyring_of, lock_seconds, signing_flags
from .root_steps import tell_root

__all__ = ["command"]


@ferry_command(name="apply")
@feed_argument
@click.argument("file", metavar="FILE")
@signing_flags
@click.pass_obj
def command(invocation: Invocation, /, feed: Path, file: str, **told: Any) -> None:
    """Put the root in FILE, which enough have signed, into the feed in the folder PATH.

    Where it names other keys for publishing, everything is signed again with those that are
    here. What ended halfway is finished by the same command again.
    """
    keyring, state = keyring_of(invocation, told), read_feed(feed)
    draft = RootDraft.read(Path(file).expanduser(), state.root)
    new = placed(
        state, draft, keyring, clock=invocation.clock, lock_seconds=lock_seconds(invocation)
    )
    tell_root(invocation, draft, file=file, applied=True)
    if not new:
        invocation.output.notice(f"root {draft.version} was in the feed already")
