from __future__ import annotations

import pytest

from provider_core.errors import WimError
from provider_wim.codecs.huffman import LENGTH_BITS, LENGTH_MASK, decode_table


def test_codewords_come_by_length_then_symbol() -> None:
    table = decode_table([2, 1, 0, 2], 2)
    decoded = [(entry >> LENGTH_BITS, entry & LENGTH_MASK) for entry in table]
    assert decoded == [(1, 1), (1, 1), (0, 2), (3, 2)]


def test_a_code_without_symbols_takes_no_bits() -> None:
    assert decode_table([0, 0], 3) == [0] * 8


@pytest.mark.parametrize("lengths", [[1, 1, 1], [1], [2, 2, 2], [1, 2, 2, 15]])
def test_a_code_that_is_too_full_or_has_gaps_is_refused(lengths: list[int]) -> None:
    with pytest.raises(WimError, match="prefix code"):
        decode_table(lengths, 15)
