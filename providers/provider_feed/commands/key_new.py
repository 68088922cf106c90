"""ferry key new."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from feed_format import write_public_key
from provider_core.cli.common import ferry_command
from provider_core.cli.invocation import Invocation
from provider_core.errors import Exists

from ..feed_keys import FeedKey
from .documents import key_document, key_facts
from .key_flags import keyring_of, new_key_flags

__all__ = ["command"]


@ferry_command(name="new")
@click.argument("file", metavar="FILE")
@new_key_flags
@click.pass_obj
def command(invocation: Invocation, /, file: str, **told: Any) -> None:
    """Make a key for signing feeds; its public half goes to FILE, to be handed on.

    The private half stays in the first --keys DIR, else in this home. Whoever publishes the feed
    takes the public half: ferry key rotate PATH --signer root=FILE
    """
    public = Path(file).expanduser()
    if public.exists():
        raise Exists(str(public), hint="keys are never overwritten; choose another file")
    keyring = keyring_of(invocation, told)
    folder = Path(told["keys"][0]).expanduser() if told["keys"] else None
    made = keyring.make("signing", folder)
    key = keyring.public(made)
    write_public_key(public, key)
    made_key = FeedKey(id=key.id, file=made, public=key)
    invocation.output.facts(key_facts(made_key), key_document(made_key))
