"""The courier: the one key with which a home signs the bundles that it makes.

It says who carried content, not who made it, and is therefore made without asking when it is
first needed; the publisher's own signatures travel beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from feed_format import SigningKey, read_key, write_key
from provider_core.context import Signer, no_signer
from provider_core.errors import Exists

__all__ = ["COURIER", "courier_signer"]

COURIER: Final = "courier"
"""The role, as `Context.sign` is asked for it."""

_FILE = "courier.pem"


def courier_signer(
    folder: Path,
    *,
    sign: Callable[[str], Signer] = no_signer,
    passphrase: Callable[[], bytes] | None = None,
) -> Signer:
    """Return the courier of the home whose key folder is *folder* (exists, 0700).

    The host's own signer for the role counts first (*sign*, as `Context.sign`).  Else the key is
    read from the folder, or made there: readable by its owner alone, encrypted with the
    *passphrase* if one is configured.  Two that make it at once get the same.

    Raises UsageError for a wrong passphrase and for a key that others may read, DocumentError
    for a damaged key file, NoSpace, StoreError, and what *sign* raises.
    """
    if sign is not no_signer:
        return sign(COURIER)
    path = folder / _FILE
    if not path.exists():
        with suppress(Exists):  # somebody else made it in the meantime: read theirs
            write_key(path, SigningKey.generate(), passphrase=passphrase() if passphrase else None)
    return read_key(path, passphrase)
