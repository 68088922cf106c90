"""Copying what was decoded before, which may overlap what it makes."""

from __future__ import annotations

from provider_core.errors import WimError

__all__ = ["copy_match", "outside"]


def copy_match(out: bytearray, offset: int, length: int) -> None:
    """Append *length* bytes that begin *offset* bytes (less than *length*) before the end."""
    pattern = out[-offset:]
    out += (pattern * (length // offset + 1))[:length]


def outside() -> WimError:
    """Return the error of a match that begins before the chunk or ends behind it."""
    return WimError("a chunk refers to bytes outside of itself")
