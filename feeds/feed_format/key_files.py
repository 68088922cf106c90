"""Key files: outside the feed, for their owner alone, never overwritten."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable
from pathlib import Path

from provider_core.disk.failures import disk_errors
from provider_core.errors import DocumentError, Exists, NoSuchFile, UsageError

from .keys import PublicKey, SigningKey, is_encrypted
from .new_files import write_new

__all__ = [
    "copy_file",
    "copy_key",
    "is_protected",
    "read_key",
    "read_public_key",
    "write_key",
    "write_public_key",
]

_LIMIT = 512_000

Passphrase = Callable[[], bytes]
"""Asked only for a key that is encrypted."""


def write_key(path: Path, key: SigningKey, *, passphrase: bytes | None = None) -> None:
    """Write *key* to the new file *path*, for its owner alone (0600), durably.

    Raises Exists, NoSpace, StoreError.
    """
    write_new(path, key.as_pem(passphrase), 0o600)


def write_public_key(path: Path, key: PublicKey) -> None:
    """Write the public *key* to the new file *path*, to be handed on.  Raises as `write_key`."""
    write_new(path, key.as_pem(), 0o644)


def read_key(path: Path, passphrase: Passphrase | None = None) -> SigningKey:
    """Read a private key, asking for the *passphrase* if the file has one.

    Raises NoSuchFile; UsageError for a wrong passphrase, or for a key without one that others
    may read; DocumentError for what is no key.
    """
    data = _read(path)
    encrypted = is_encrypted(data)
    if not encrypted:
        _check_private(path)
    asked = passphrase() if encrypted and passphrase is not None else None
    return SigningKey.from_pem(data, asked)


def is_protected(path: Path) -> bool:
    """Whether the private key file *path* has a passphrase.  Raises NoSuchFile, StoreError."""
    return is_encrypted(_read(path))


def copy_key(source: Path, path: Path) -> bool:
    """Copy the private key file *source* as it is to *path*, for its owner alone.

    Return False if the same is there already.  Nothing is asked of *source*'s permissions: it
    may come from a stick, which has none.

    Raises Exists if *path* is something else, NoSuchFile, DocumentError for what is no private
    key, NoSpace, StoreError.
    """
    if b"PRIVATE KEY-----" not in _read(source):
        raise DocumentError("it is no PEM private key", what=str(source))
    return copy_file(source, path)


def copy_file(source: Path, path: Path) -> bool:
    """Copy a small file as `copy_key` does, whatever is in it: a root that belongs to a key."""
    data = _read(source)
    try:
        write_new(path, data, 0o600)
    except Exists:
        if _read(path) != data:
            raise
        return False
    return True


def read_public_key(path: Path) -> PublicKey:
    """Read a public key file.  Raises NoSuchFile, DocumentError."""
    return PublicKey.from_pem(_read(path))


def _read(path: Path) -> bytes:
    with disk_errors(path):
        try:
            with path.open("rb") as file:
                data = file.read(_LIMIT + 1)
        except FileNotFoundError:
            raise NoSuchFile(path) from None
    if len(data) > _LIMIT:
        raise DocumentError(f"more than {_LIMIT} bytes", what="key file")
    return data


def _check_private(path: Path) -> None:
    # Windows keeps its users' folders private by inheritance and knows no such bits.
    if sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise UsageError(
            f"others may read the key {path}, which has no passphrase",
            hint=f"run `chmod 600 {path}`, and rotate the key if it may have been copied",
            path=str(path),
        )
