"""Who may have signed: a key, or an identity that a sigstore vouches for."""

from __future__ import annotations

from .keyless import Keyless, read_keyless
from .keys import PublicKey, read_key

__all__ = ["Signer", "read_signer"]

Signer = PublicKey | Keyless
"""What one signature can satisfy."""


def read_signer(text: str) -> Signer:
    """Return who *text* stands for: a policy file (.toml), a PEM file, or the `line` of either.

    Raises NoSuchFile, UsageError and NotSupported, as `read_keyless` and `read_key` do.
    """
    if text.startswith(Keyless.prefix) or text.lower().endswith(".toml"):
        return read_keyless(text)
    return read_key(text)
