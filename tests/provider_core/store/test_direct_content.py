"""Content is the same whether it went past the system's memory or through it."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provider_core.disk.direct import BLOCK, DirectWrites, block_buffer
from provider_core.oci import Descriptor
from provider_core.store import DirectoryStore, Writer
from provider_core.testing.store_suite import RAW

SIZE = (1 << 20) + 12_345

CUTS = st.lists(
    st.one_of(
        st.integers(1, SIZE // BLOCK).map(lambda block: block * BLOCK), st.integers(1, SIZE - 1)
    ),
    max_size=6,
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cuts=CUTS, in_order=st.booleans(), seed=st.integers(0, 1 << 32), data=st.data())
def test_pieces_of_any_size_in_any_order(
    store: DirectoryStore,
    writer: Writer,
    cuts: list[int],
    in_order: bool,
    seed: int,
    data: st.DataObject,
) -> None:
    content = random.Random(seed).randbytes(SIZE)
    blob = Descriptor.of(content, RAW)
    ends = sorted({*cuts, SIZE})
    pieces = list(zip([0, *ends[:-1]], ends, strict=True))
    if not in_order:
        pieces = data.draw(st.permutations(pieces))
    partial = writer.expect(blob)
    if partial is None:  # the same seed again
        return
    with partial:
        for start, end in pieces:
            buffer = block_buffer(end - start)
            buffer[:] = content[start:end]
            partial.write(start, buffer)
        partial.commit()
    with store.open(blob) as stream:
        assert stream.read() == content


@pytest.mark.parametrize("in_order", [True, False])
def test_what_comes_in_order_is_written_directly(
    store: DirectoryStore, writer: Writer, monkeypatch: pytest.MonkeyPatch, in_order: bool
) -> None:
    """What comes out of order is read again, to be hashed, and stays in memory until then."""
    offered = []

    def write(self: DirectWrites, offset: int, data: memoryview) -> int:
        offered.append(offset)
        return 0

    monkeypatch.setattr(DirectWrites, "write", write)
    content = random.Random(1).randbytes(SIZE)
    half = SIZE // 2
    partial = writer.expect(Descriptor.of(content, RAW))
    assert partial is not None
    with partial:
        for start in (0, half) if in_order else (half, 0):
            partial.write(start, content[start : start + half + 1])
        partial.commit()
    assert offered == ([0, half + 1] if in_order else [0])
