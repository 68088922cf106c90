"""Signatures of images: what travelled with an image, read from the store, judged offline.

Cosign's simple signing and sigstore bundles, made with a key, or without one by an identity that
a trusted root vouches for.
"""

from __future__ import annotations

from .checking import require_signature
from .keyless import Keyless
from .keys import PublicKey, read_key
from .signers import Signer, read_signer

__all__ = ["Keyless", "PublicKey", "Signer", "read_key", "read_signer", "require_signature"]
