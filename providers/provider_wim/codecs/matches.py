"""Copying what was decoded before, which may overlap what it makes."""

from __future__ import annotations

from provider_core.errors import WimError

__all__ = ["outside", "repeated"]


def repeated(out: bytearray, offset: int, length: int) -> bytearray:
    """Return *length* bytes that begin *offset* (less than *length*) before the end of *out*."""
    pattern = out[-offset:]
    return (pattern * (length // offset + 1))[:length]


def outside() -> WimError:
    """Return the error of a match that begins before the chunk or ends behind it."""
    return WimError("a chunk refers to bytes outside of itself")
