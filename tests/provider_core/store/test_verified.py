from __future__ import annotations

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import IntegrityError
from provider_core.oci import Descriptor
from provider_core.store.verified import verified
from provider_core.testing.store_suite import RAW

_DATA = bytes(range(256)) * 3
_GOOD = Descriptor.of(_DATA, RAW)
_MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("read"), st.integers(0, 900)),
        st.tuples(st.just("seek"), st.integers(0, len(_DATA))),
        st.tuples(st.just("back"), st.integers(-len(_DATA), 0)),
    ),
    max_size=10,
)


@given(_MOVES)
def test_good_bytes_read_like_a_file(moves: list[tuple[str, int]]) -> None:
    with verified(io.BytesIO(_DATA), _GOOD) as stream, io.BytesIO(_DATA) as plain:
        for move, number in moves:
            if move == "read":
                assert stream.read(number) == plain.read(number)
            else:
                whence = os.SEEK_SET if move == "seek" else os.SEEK_END
                assert stream.seek(number, whence) == plain.seek(number, whence)
        assert stream.tell() == plain.tell()


@given(st.integers(0, len(_DATA) * 8 - 1), st.integers(1, 1000))
def test_no_flipped_bit_is_read_to_the_end(bit: int, piece: int) -> None:
    bad = bytearray(_DATA)
    bad[bit // 8] ^= 1 << bit % 8
    with verified(io.BytesIO(bad), _GOOD) as stream, pytest.raises(IntegrityError):
        list(iter(lambda: stream.read(piece), b""))


@given(st.integers(0, 2 * len(_DATA)).filter(lambda size: size != len(_DATA)))
def test_no_other_length_is_read_to_the_end(size: int) -> None:
    other = (_DATA * 2)[:size]
    with verified(io.BytesIO(other), _GOOD) as stream:
        stream.seek(min(size, 10))
        with pytest.raises(IntegrityError):
            list(iter(lambda: stream.read(100), b""))


def test_a_look_at_the_beginning_does_not_end_verifying() -> None:
    bad = b"magic" + bytes(1 << 20)
    expected = Descriptor.of(b"magic" + bytes((1 << 20) - 1) + b"!", RAW)
    with verified(io.BytesIO(bad), expected) as stream:
        assert stream.read(5) == b"magic"
        stream.seek(len(bad) - 5)
        stream.read(5)
        stream.seek(0)
        with pytest.raises(IntegrityError):
            stream.read()


def test_a_file_that_is_cut_while_it_is_read(tmp_path: os.PathLike[str]) -> None:
    path = os.path.join(tmp_path, "blob")
    data = bytes(3 << 20)
    with open(path, "wb") as file:
        file.write(data)
    with open(path, "rb", buffering=0) as raw:
        stream = verified(raw, Descriptor.of(data, RAW))
        stream.read(10)
        os.truncate(path, 1 << 20)
        with pytest.raises(IntegrityError):
            list(iter(lambda: stream.read(1 << 20), b""))
        stream.close()
