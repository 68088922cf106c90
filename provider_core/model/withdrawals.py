"""Withdrawals: what a publisher says of content that should be used no more."""

from __future__ import annotations

from dataclasses import dataclass

from ..digests import Digest

__all__ = ["Withdrawal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """Advice about one content, under whatever name; nothing is removed because of it."""

    digest: Digest
    """The manifest or index that should not be used."""
    name: str
    """What its publisher called it."""
    version: str
    """As its publisher spelled it."""
    reason: str
    """One line for people, foreign text."""
