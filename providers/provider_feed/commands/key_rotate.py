"""ferry key rotate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from feed_format import read_feed, read_public_key
from provider_core.cli.common import ferry_command
from provider_core.cli.invocation import Invocation
from provider_core.errors import UsageError

from ..feed_keys import FeedKey, chosen_key, feed_keys
from ..role_changes import read_signers, read_thresholds
from ..rotation import Change, changed_root
from .key_flags import feed_argument, keyring_of, new_key_flags, to_flag
from .root_steps import finish, free_target

__all__ = ["command"]


@ferry_command(name="rotate")
@feed_argument
@click.argument("key", metavar="[KEY]", required=False)
@click.option("--with", "public", metavar="FILE", help="The public key to take instead of KEY.")
@click.option(
    "--signer",
    multiple=True,
    metavar="ROLE=FILE",
    help="A public key to add to a role: root=anna.pub, online=bert.pub; may be repeated.",
)
@click.option(
    "--threshold",
    multiple=True,
    metavar="ROLE=N",
    help="How many signatures a role wants: root=2; may be repeated.",
)
@click.option("--renew", is_flag=True, help="Sign a root with the same keys, for a new life.")
@to_flag
@new_key_flags
@click.pass_obj
def command(invocation: Invocation, /, feed: Path, key: str | None, **told: Any) -> None:
    """Put a new key in the place of KEY, in the feed in the folder PATH; readers notice nothing.

    KEY is a role that one key has (root, online, …), or the first digits of an id. Without KEY it
    is the online key, or, with --signer, --threshold or --renew, none. The root keys have to sign:
    where some are elsewhere, --to FILE writes the root for `ferry key sign`, and `ferry key apply`
    brings it back.
    """
    keyring, state = keyring_of(invocation, told), read_feed(feed)
    free_target(told["to"])
    change = _change(key, told, feed_keys(state.keys, keyring))
    draft = changed_root(
        state, change, keyring, invocation.clock(), may_wait=told["to"] is not None
    )
    finish(invocation, state, draft, keyring, told["to"])
    if change.old is not None and change.old.file is not None:
        invocation.output.notice(
            f"{change.old.file.path} is the old key;"
            " once the new root is in the feed, nothing needs it"
        )


def _change(key: str | None, told: Mapping[str, Any], keys: Iterable[FeedKey]) -> Change:
    """Return what the flags *told* mean for a feed with *keys*."""
    stays = bool(told["signer"] or told["threshold"] or told["renew"])
    given = told["public"]
    if key is None and stays and given:
        raise UsageError("--with says what takes the place of a key", hint="name that key too")
    return Change(
        old=None if key is None and stays else chosen_key(key or "online", keys),
        given=None if given is None else read_public_key(Path(given).expanduser()),
        signers=read_signers(told["signer"]),
        thresholds=read_thresholds(told["threshold"]),
    )
