"""The system's keyring, where the package `keyring` is installed (the extra ``keyring``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..errors import NotSupported, StoreError

__all__ = ["drop_secret", "is_there", "keep_secret", "secret_of"]

_SERVICE = "imageferry"


def is_there() -> bool:
    """Whether the package is installed and has found a keyring of this system."""
    try:
        backend = _library().get_keyring()
    except NotSupported:
        return False
    return float(getattr(backend, "priority", 0)) > 0


def keep_secret(key: str, secret: str) -> None:
    """Put *secret* under *key*; NotSupported without a keyring, StoreError if it refuses."""
    if not is_there():
        raise NotSupported(
            "this system has no keyring that ferry could use",
            hint="say --store file, or set FERRY_<SOURCE>_…; where there is a desktop: "
            "pip install 'imageferry[keyring]', or a kit with --extra keyring",
        )
    with _translated():
        _library().set_password(_SERVICE, key, secret)


def secret_of(key: str) -> str | None:
    """Return the secret under *key*, None if there is none; NotSupported, StoreError."""
    with _translated():
        found: str | None = _library().get_password(_SERVICE, key)
    return found


def drop_secret(key: str) -> None:
    """Remove the secret under *key* if it is there; NotSupported, StoreError."""
    if secret_of(key) is not None:
        with _translated():
            _library().delete_password(_SERVICE, key)


def _library() -> Any:
    try:
        import keyring
    except ImportError:
        raise NotSupported(
            "the package keyring is not installed",
            hint="log in with --store file; or pip install 'imageferry[keyring]', "
            "or a kit with --extra keyring",
        ) from None
    return keyring


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what the keyring raises into StoreError, without its words: they are not ours."""
    library = _library()
    try:
        yield
    except library.errors.KeyringError as error:
        raise StoreError(
            f"the system's keyring refused ({type(error).__name__})",
            hint="unlock it, or log in with --store file",
        ) from None
