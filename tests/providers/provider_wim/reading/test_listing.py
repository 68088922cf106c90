from __future__ import annotations

import io
from pathlib import Path

import pytest

from provider_core.errors import WimError
from provider_wim.reading import list_file, parts_beside

from ....support.wims import DIRECTORY, FIXTURES, SPLIT, Entry, metadata, wim_file, xml

EMPTY = metadata(Entry(attributes=DIRECTORY, children=()))


class Counting(io.BytesIO):
    """Bytes that know how much of them was read."""

    count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.count += len(data)
        return data


def test_a_file_is_listed_by_its_head_alone() -> None:
    data = (FIXTURES / "two.wim").read_bytes()
    stream = Counting(data)
    listing = list_file(stream)
    assert [(image.index, image.name) for image in listing.images] == [(1, "Tree"), (2, "Small")]
    assert stream.count < 4000 < len(data)


def test_two_lists_have_two_digests() -> None:
    one = list_file(io.BytesIO(wim_file([EMPTY], description=xml(1, "<FLAGS>a</FLAGS>"))))
    two = list_file(io.BytesIO(wim_file([EMPTY], description=xml(1, "<FLAGS>b</FLAGS>"))))
    again = list_file(io.BytesIO(wim_file([EMPTY], description=xml(1, "<FLAGS>a</FLAGS>"))))
    assert one.digest == again.digest != two.digest


def test_xml_that_is_too_large_is_not_read() -> None:
    stream = Counting(wim_file([EMPTY], description=bytes(17 << 20)))
    with pytest.raises(WimError, match="more than"):
        list_file(stream)
    assert stream.count < 1000


def test_parts_are_found_beside_the_first() -> None:
    paths = parts_beside(FIXTURES / "split.swm", len(SPLIT))
    assert tuple(path.name for path in paths) == SPLIT
    with paths[1].open("rb") as stream:
        assert list_file(stream).header.part == 2


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.swm").touch()
    (tmp_path / "a3.swm").touch()
    with pytest.raises(WimError, match=r"a2\.swm is missing, a part of a\.swm"):
        parts_beside(tmp_path / "a.swm", 3)
