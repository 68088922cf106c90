"""The courier: the one key with which a home signs the bundles that it makes.

It says who carried content, not who made it, and is therefore made without asking when it is
first needed; the publisher's own signatures travel beside it.  All bundles of a home share one
chain of roots, so that a far side pins one fingerprint for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final

from feed_format import (
    FeedRoles,
    Lives,
    PublicKey,
    RoleKeys,
    SigningKey,
    check_chain,
    first_root,
    next_root,
    read_key,
    roles_of,
    sign_root,
    write_key,
)
from feed_format.new_files import write_new
from feed_format.root_chain import ROOT_LIMIT, read_root
from provider_core.context import Signer, no_signer
from provider_core.disk.failures import disk_errors
from provider_core.errors import Exists, UsageError

__all__ = [
    "COURIER",
    "COURIER_FILES",
    "COURIER_KEY",
    "courier_roots",
    "courier_signer",
    "kept_roots",
]

COURIER: Final = "courier"
"""The role, as `Context.sign` is asked for it."""
COURIER_FILES: Final = "courier.*"
"""Pattern of all its files in a key folder."""

COURIER_KEY: Final = "courier.pem"
"""File of the private key in a key folder."""
_RENEWAL = timedelta(days=366)
"""How long before its end a root is followed by a new one."""


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
    path = folder / COURIER_KEY
    if not path.exists():
        with suppress(Exists):  # somebody else made it in the meantime: read theirs
            write_key(path, SigningKey.generate(), passphrase=passphrase() if passphrase else None)
    return read_key(path, passphrase)


def courier_roots(
    folder: Path, signer: Signer, *, clock: Callable[[], datetime]
) -> tuple[bytes, ...]:
    """Return the roots of the home's bundles, from version 1 on, each signed by *signer*.

    They are kept in *folder*; the first is made when it is not there, and a further one when the
    newest has a year or less to live.

    Raises UsageError if the roots that are kept name another key, IntegrityError if they are
    damaged, NoSpace, StoreError.
    """
    roots, now = kept_roots(folder), clock().astimezone(UTC)
    key = PublicKey.of(signer)
    if not roots:
        return _with_next(folder, first_root(_roles(key), now + Lives().root), signer)
    check_chain(roots)
    if roles_of(roots[-1]) != _roles(key):
        raise UsageError(
            f"the roots of this home's bundles name another courier key than {key.id[:12]}",
            hint=f"restore {folder / COURIER_KEY} from a backup; or move its roots,"
            " courier.*.root.json, away, and have every far side pin the new fingerprint",
            folder=str(folder),
        )
    if read_root(roots[-1]).signed.expires - now > _RENEWAL:
        return roots
    return _with_next(folder, next_root(roots[-1], _roles(key), now + Lives().root), signer)


def _with_next(folder: Path, root: bytes, signer: Signer) -> tuple[bytes, ...]:
    """Keep *root*, signed, as the next one; return all of them."""
    version = read_root(root).signed.version
    with suppress(Exists):  # somebody else made it in the meantime: read theirs
        write_new(_root_file(folder, version), sign_root(root, [signer]), 0o644)
    roots = kept_roots(folder)
    check_chain(roots)
    return roots


def kept_roots(folder: Path) -> tuple[bytes, ...]:
    """Return the roots that *folder* has, from version 1 on; nothing is verified.  StoreError."""
    roots: list[bytes] = []
    for version in count(1):
        path = _root_file(folder, version)
        with disk_errors(path):
            if not path.exists():
                break
            with path.open("rb") as file:
                roots.append(file.read(ROOT_LIMIT + 1))
    return tuple(roots)


def _root_file(folder: Path, version: int) -> Path:
    return folder / f"courier.{version}.root.json"


def _roles(key: PublicKey) -> FeedRoles:
    alone = RoleKeys(keys=(key,))
    return FeedRoles.split(root=alone, online=alone)
