"""Offset slots of LZX: what a match's offset begins with, and how many bits follow."""

from __future__ import annotations

from typing import Final

__all__ = ["EXTRA_BITS", "FIRST_EXPLICIT", "SLOT_BASES", "slots_of"]

FIRST_EXPLICIT: Final = 3
"""Slots below mean one of the three offsets used last."""
_MOST_SLOTS: Final = 50
_SLOTS: Final = {15: 30, 16: 32, 17: 34, 18: 36, 19: 38, 20: 42, 21: 50}


def slots_of(order: int) -> int:
    """Return how many slots there are in windows of ``1 << order`` bytes, *order* 15 to 21."""
    return _SLOTS[order]


def _extra_bits(slot: int) -> int:
    return 0 if slot < 4 else min(17, (slot >> 1) - 1)


EXTRA_BITS: Final = tuple(map(_extra_bits, range(_MOST_SLOTS)))
SLOT_BASES: Final = tuple(
    sum(1 << bits for bits in EXTRA_BITS[:slot]) - 2 for slot in range(_MOST_SLOTS)
)
"""Offset of a slot whose extra bits are 0; offsets are stored with 2 added."""
