"""Fingerprints: a feed's first root, in a form that people compare over the telephone."""

from __future__ import annotations

import re

from provider_core.digests import Digest
from provider_core.errors import DocumentError, UsageError

__all__ = ["fingerprint_of", "parse_fingerprint", "show_fingerprint"]

_GROUP = 4
_BETWEEN = re.compile(r"[\s:-]+")


def fingerprint_of(first_root: bytes) -> Digest:
    """Return the fingerprint of a feed: SHA-256 of its ``1.root.json``, byte for byte."""
    return Digest.of(first_root)


def show_fingerprint(fingerprint: Digest) -> str:
    """Return it as 16 groups of 4 hexadecimal digits."""
    digits = fingerprint.hex
    return " ".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))


def parse_fingerprint(text: str) -> Digest:
    """Read a fingerprint in any case, with or without spaces, colons or hyphens in between.

    Raises UsageError.
    """
    digits = _BETWEEN.sub("", text.strip().lower().removeprefix("sha256:"))
    try:
        return Digest(algorithm="sha256", hex=digits)
    except DocumentError:
        raise UsageError(
            f"{text[:128]!r} is no fingerprint",
            hint="it has 64 hexadecimal digits, shown as 16 groups of 4",
            text=text,
        ) from None
