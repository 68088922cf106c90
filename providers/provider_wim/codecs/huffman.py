"""Canonical prefix codes as flat tables: the next bits are the place of what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from provider_core.errors import WimError

__all__ = ["END_OF_LITERALS", "LENGTH_BITS", "LENGTH_MASK", "decode_table"]

LENGTH_BITS: Final = 5
"""Low bits of an entry that hold the length of the codeword; the symbol is above them."""
LENGTH_MASK: Final = (1 << LENGTH_BITS) - 1
END_OF_LITERALS: Final = 256 << LENGTH_BITS
"""Entries of the symbols that are bytes are below, in the codes that have such."""


def decode_table(lengths: Sequence[int], width: int) -> list[int]:
    """Return a table of ``1 << width`` entries, ``symbol << LENGTH_BITS | length``.

    *lengths* has the codeword length of each symbol in bits, 0 for one that does not occur; none
    is greater than *width*.  Codewords are given in the order of length, then of symbol, and
    begin with their highest bit.  A code without symbols has the symbol 0 of length 0
    everywhere, as with libwim.  Raises WimError for one that is too full or has gaps.
    """
    table: list[int] = []
    for symbol in sorted(range(len(lengths)), key=lengths.__getitem__):
        if length := lengths[symbol]:
            table += [symbol << LENGTH_BITS | length] * (1 << width - length)
            if len(table) > 1 << width:
                break
    if table and len(table) != 1 << width:
        raise WimError("a chunk has a prefix code that is too full or has gaps")
    return table or [0] * (1 << width)
