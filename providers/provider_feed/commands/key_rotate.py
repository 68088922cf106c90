"""ferry key rotate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from feed_format import PublicKey, read_feed, read_public_key
from provider_core.cli.common import ferry_command
from provider_core.cli.invocation import Invocation
from provider_core.errors import UsageError

from ..feed_keys import FeedKey, chosen_key, feed_keys
from ..keyring_folder import KeyringFolder
from ..role_changes import read_signers, read_thresholds, with_changes
from ..rotation import check_signable, drafted
from .key_flags import feed_argument, keyring_of, new_key_flags, to_flag
from .root_steps import finish, free_target

__all__ = ["command"]

_STAND_IN = PublicKey(raw=bytes(32))


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
    roles = with_changes(
        state.keys, read_signers(told["signer"]), read_thresholds(told["threshold"])
    )
    changes = told["signer"] or told["threshold"] or told["renew"]
    old = None
    if key is not None or not changes:
        old = chosen_key(key or "online", feed_keys(state.keys, keyring))
    elif told["public"]:
        raise UsageError("--with says what takes the place of a key", hint="name that key too")
    if not told["to"]:
        stand_in = roles if old is None else roles.replacing(old.id, _given(told) or _STAND_IN)
        check_signable(state, stand_in, keyring, invocation.clock(), new=(_STAND_IN,))
    if old is not None:
        roles = roles.replacing(old.id, _given(told) or _made(keyring, old))
    draft = drafted(state, roles, keyring, invocation.clock())
    finish(invocation, state, draft, keyring, told["to"])
    if old is not None and old.file is not None:
        invocation.output.notice(
            f"{old.file.path} is the old key; once the new root is in the feed, nothing needs it"
        )


def _given(told: dict[str, Any]) -> PublicKey | None:
    return read_public_key(Path(told["public"]).expanduser()) if told["public"] else None


def _made(keyring: KeyringFolder, old: FeedKey) -> PublicKey:
    """Make the key that takes the place of *old*, beside it if it is here."""
    folder = old.file.path.parent if old.file is not None else None
    return keyring.public(keyring.make(old.role_words, folder))
