"""ferry key sign."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from feed_format import read_feed
from provider_core.cli.common import ferry_command
from provider_core.cli.invocation import Invocation
from provider_core.errors import UsageError

from ..feed_keys import feed_keys
from ..root_drafts import RootDraft
from .documents import key_document
from .key_flags import feed_path, keyring_of, signing_flags
from .key_table import key_grid
from .root_steps import tell_root

__all__ = ["command"]


@ferry_command(name="sign")
@click.argument("file", metavar="FILE")
@click.option(
    "--feed",
    metavar="PATH",
    callback=feed_path,
    help="The feed it is for; a key that the root takes away can sign then.",
)
@click.option("--look", is_flag=True, help="Show what the root says, and sign nothing.")
@signing_flags
@click.pass_obj
def command(
    invocation: Invocation, /, file: str, feed: Path | None, look: bool, **told: Any
) -> None:
    """Add the signatures of the keys that are here to FILE, a root that several have to sign.

    Look first who is to sign the feed from then on: ferry key sign FILE --look
    """
    path, keyring = Path(file).expanduser(), keyring_of(invocation, told)
    draft = RootDraft.read(path, None if feed is None else read_feed(feed).root)
    if look:
        keys = feed_keys(draft.roles, keyring)
        invocation.output.answer(key_grid(keys), map(key_document, keys))
        return
    signers = keyring.signers(draft.could_sign)
    if not signers:
        raise UsageError(
            "no key is here whose signature this root still wants",
            hint="say where your key is: --keys DIR; for one that the root takes away: --feed PATH",
        )
    signed = draft.signed_by(signers)
    signed.write(path)
    tell_root(invocation, signed, file=file)
