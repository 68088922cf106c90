"""What the commands share that sign: where keys and passphrases come from, which feed it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from provider_core.cli.invocation import Invocation
from provider_core.errors import UsageError
from provider_core.settings import merge

from ..keyring_folder import KeyringFolder
from ..passphrases import Passphrases

__all__ = [
    "feed_argument",
    "feed_path",
    "keyring_of",
    "keys_flag",
    "lock_seconds",
    "new_key_flags",
    "passphrases_of",
    "signing_flags",
    "to_flag",
]

_F = TypeVar("_F", bound=Callable[..., Any])

keys_flag = click.option(
    "--keys",
    multiple=True,
    metavar="DIR",
    help="A folder of keys, looked into before this home's; may be repeated.",
)
_PASSPHRASE = click.option(
    "--passphrase-file", metavar="FILE", help="Has the keys' passphrase in its first line."
)
_NO_PASSPHRASE = click.option(
    "--no-passphrase", is_flag=True, help="Let file permissions alone protect new keys."
)


to_flag = click.option("--to", metavar="FILE", help="Write the root there, for others to sign.")


def feed_path(ctx: click.Context, parameter: click.Parameter, text: str | None) -> Path | None:
    """Return the folder that *text* names; UsageError for a URL, None for nothing."""
    if text is None:
        return None
    if "://" in text:
        raise UsageError(
            f"{text} is a URL", hint="name the feed's folder; a web server hands it out as it is"
        )
    return Path(text).expanduser()


feed_argument = click.argument("feed", metavar="PATH", callback=feed_path)


def signing_flags(command: _F) -> _F:
    """Add the flags that say where private keys and their passphrases are."""
    return keys_flag(_PASSPHRASE(command))


def new_key_flags(command: _F) -> _F:
    """Add the flags of commands that make keys, besides those that sign."""
    return signing_flags(_NO_PASSPHRASE(command))


def passphrases_of(
    invocation: Invocation, file: str | None, no_passphrase: bool = False
) -> Passphrases:
    """Return where passphrases come from: those of keys that are here, and of new ones."""
    return Passphrases(
        file=None if file is None else Path(file).expanduser(),
        environ=invocation.environ,
        none=no_passphrase,
    )


def keyring_of(invocation: Invocation, told: Mapping[str, Any]) -> KeyringFolder:
    """Return the keys that the flags *told* mean, this home's behind them.  UsageError."""
    named = (Path(folder).expanduser() for folder in told.get("keys", ()))
    passphrases = passphrases_of(
        invocation, told.get("passphrase_file"), told.get("no_passphrase", False)
    )
    return KeyringFolder((*named, invocation.home().keys), passphrases)


def lock_seconds(invocation: Invocation) -> float:
    """Return how long to wait for another publisher: the setting lock_timeout."""
    return merge(invocation.layers()).lock_timeout
