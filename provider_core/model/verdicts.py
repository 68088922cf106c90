"""What `ferry verify` says of a medium."""

from __future__ import annotations

from dataclasses import dataclass

from ..digests import Digest

__all__ = ["Verdict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether one thing is whole, and what it is."""

    place: str
    """Its path."""
    kind: str
    """What it is, in a word or two: 'bundle', 'archive', 'home'."""
    series: str = ""
    """Which bundle of which series it is, ``plant 12``; '' if it is none."""
    problems: tuple[str, ...] = ()
    """Everything that is wrong, a sentence each; () if it is whole."""
    contents: tuple[str, ...] = ()
    """``name version`` of the images in it."""
    signed_by: str = ""
    """Fingerprint of who signed it, as people compare it; '' if nobody did."""
    known_as: tuple[str, ...] = ()
    """The sources of this home that have that fingerprint."""
    until: str = ""
    """When its signatures end, ISO 8601 in UTC; '' if nothing ends."""
    needs: tuple[Digest, ...] = ()
    """The blobs that it leaves out, since its receivers have them."""
    size: int = 0
    """Bytes that were read and hashed."""
