from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import IntegrityError, SizeMismatch
from provider_core.tar.headers import padded
from provider_wim.layer.members import LayerMembers

from ....support.layers import tar_layer

LAYER = tar_layer(("Files/",), ("Files/" + "x" * 150, b"12345"), ("Files/b", b"6" * 3_000))

END = padded(len(LAYER.rstrip(b"\0")))
"""Where the end mark begins."""


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize("size", [1, 511, 512, 513, 100_000])
def test_pieces_may_be_of_any_size(size: int) -> None:
    members = LayerMembers(pieces(LAYER, size))
    found = [(member.name, b"".join(members.content())) for member in members]
    assert found == [
        ("Files", b""),
        ("Files/" + "x" * 150, b"12345"),
        ("Files/b", b"6" * 3_000),
    ]


def test_content_may_be_passed_over() -> None:
    assert [member.size for member in LayerMembers(pieces(LAYER, 700))] == [0, 5, 3_000]


def test_everything_is_taken() -> None:
    source = pieces(LAYER + bytes(5_000), 512)
    for _ in LayerMembers(source):
        pass
    assert next(source, None) is None


def test_gnu_long_names() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("Files/" + "y" * 300))
    (member,) = LayerMembers(pieces(buffer.getvalue(), 512))
    assert member.name == "Files/" + "y" * 300


@given(st.integers(min_value=0, max_value=END + 511))
def test_a_layer_that_ends_early(length: int) -> None:
    with pytest.raises(SizeMismatch):
        list(LayerMembers(pieces(LAYER[:length], 600)))


@given(st.integers(min_value=0, max_value=len(LAYER) - 1), st.integers(min_value=1, max_value=255))
def test_any_byte_may_be_another(place: int, change: int) -> None:
    damaged = bytearray(LAYER)
    damaged[place] ^= change
    with suppress(IntegrityError):
        list(LayerMembers(pieces(bytes(damaged), 600)))
