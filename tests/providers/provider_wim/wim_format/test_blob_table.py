from __future__ import annotations

import pytest

from provider_core.errors import WimError
from provider_wim.wim_format.blob_table import BlobTable, pack_row, parse_table
from provider_wim.wim_format.resource_header import ResourceHeader

from ....support.wims import resource, row

ONE, TWO = b"1" * 20, b"2" * 20
SOLID = 0x10
MARK = 1 << 32


def parsed(*rows: bytes, part: int = 1, size: int = 1000) -> BlobTable:
    table = BlobTable()
    parse_table(b"".join(rows), part, size, table)
    return table


def test_blobs_and_metadata_are_told_apart() -> None:
    table = parsed(row(resource(208, 5, 5), ONE), row(resource(213, 7, 7, 2), TWO))
    assert list(table.blobs) == [ONE]
    assert table.blobs[ONE].resource == ResourceHeader(offset=208, stored_size=5, size=5)
    assert [stored.blob.sha1 for stored in table.metadata] == [TWO]


def test_a_row_that_is_packed_is_read_again() -> None:
    where = ResourceHeader(offset=300, stored_size=40, size=90, flags=4)
    assert parsed(pack_row(where, ONE)).blobs[ONE].resource == where


def test_free_rows_rows_of_other_parts_and_rows_without_hash_are_left_out() -> None:
    table = parsed(
        row(resource(208, 5, 5, 1), ONE),
        row(resource(208, 5, 5), ONE, part=2),
        row(resource(208, 5, 5), bytes(20)),
    )
    assert not table.blobs


def test_metadata_of_deleted_images_is_left_out() -> None:
    unused = pack_row(ResourceHeader(offset=208, stored_size=5, size=5, flags=2), ONE, references=0)
    assert parsed(unused).metadata == []


def test_without_solid_resources_their_flag_means_nothing() -> None:
    table = BlobTable()
    parse_table(row(resource(208, 5, 5, SOLID), ONE), 1, 1000, table, solid=False)
    assert table.blobs[ONE].offset == 208


def test_a_solid_run_goes_on_until_another_row() -> None:
    table = parsed(
        row(resource(208, 50, MARK, SOLID), bytes(20)),
        row(resource(0, 30, 0, SOLID), ONE),
        row(resource(258, 50, MARK, SOLID), bytes(20)),  # as wimlib appends
        row(resource(900, 5, 5, 2), bytes(20)),
        row(resource(308, 50, MARK, SOLID), bytes(20)),
        row(resource(4, 9, 0, SOLID), TWO),
    )
    assert [len(run) for run in table.runs.values()] == [2, 1]
    one, two = table.blobs[ONE], table.blobs[TWO]
    assert (one.run, one.offset, one.blob.size) == (0, 0, 30)
    assert (two.run, two.offset, two.blob.size) == (1, 4, 9)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([b"short"], "no number of rows"),
        ([row(resource(208, 5, 5), ONE), row(resource(213, 6, 6), ONE)], "two blobs"),
        ([row(resource(208, 5, 5), ONE), row(resource(212, 5, 5), TWO)], "overlaps"),
        ([row(resource(208, 900, 900), ONE)], "leads out"),
        ([row(resource(208, 5, 5, 8), ONE)], "another part"),
        ([row(resource(0, 5, 0, SOLID), ONE)], "no solid resource"),
        (
            [
                row(resource(208, 50, MARK, SOLID), bytes(20)),
                row(resource(4, 9, 0, SOLID), ONE),
                row(resource(5, 9, 0, SOLID), TWO),
            ],
            "overlaps",
        ),
    ],
)
def test_what_breaks_the_format_is_refused(rows: list[bytes], reason: str) -> None:
    with pytest.raises(WimError, match=reason):
        parsed(*rows)
