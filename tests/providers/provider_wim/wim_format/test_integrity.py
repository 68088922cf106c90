from __future__ import annotations

import struct

import pytest

from provider_core.errors import WimError
from provider_wim.wim_format.integrity import IntegrityTable

HASHES = [b"a" * 20, b"b" * 20]


def test_what_is_packed_is_read_again() -> None:
    table = IntegrityTable(piece=100, hashes=HASHES)
    assert IntegrityTable.parse(table.pack(), 208 + 150) == table


@pytest.mark.parametrize(
    ("data", "end"),
    [
        (b"", 308),
        (struct.pack("<III", 12, 1, 100), 308),  # a hash that is not there
        (struct.pack("<III", 52, 2, 0) + b"".join(HASHES), 358),  # pieces of nothing
        (struct.pack("<III", 52, 2, 100) + b"".join(HASHES), 308),  # more than the file
        (struct.pack("<III", 52, 2, 100) + b"".join(HASHES), 700),  # less than the file
        (struct.pack("<III", 53, 2, 100) + b"".join(HASHES) + b"x", 358),
        (struct.pack("<III", 12, 0xFFFFFFFF, 1), 358),
    ],
)
def test_tables_that_do_not_fit_are_refused(data: bytes, end: int) -> None:
    with pytest.raises(WimError):
        IntegrityTable.parse(data, end)
