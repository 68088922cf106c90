"""Signatures of images: what travelled with an image, read from the store, judged by public keys.

Cosign's simple signing and sigstore bundles, both made with a key; no network, no certificates.
"""

from __future__ import annotations

from .checking import require_signature
from .keys import PublicKey, read_key

__all__ = ["PublicKey", "read_key", "require_signature"]
