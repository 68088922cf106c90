"""What a blob is known by, compared with what it is."""

from __future__ import annotations

from provider_core.errors import WimError

from ..tree import Blob

__all__ = ["check_hash"]


def check_hash(digest: bytes, blob: Blob) -> None:
    """Refuse content of *blob* that has the SHA-1 *digest*.  Raises WimError."""
    if digest != blob.sha1:
        raise WimError(f"blob {blob.sha1.hex()} is damaged: its hash is {digest.hex()}")
