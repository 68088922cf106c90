"""Tables and metadata with bytes changed, without the hashes that would give them away."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provider_core.errors import NotSupported, WimError
from provider_wim.tree import Blob, walk
from provider_wim.wim_format.blob_table import BlobTable, parse_table
from provider_wim.wim_format.chunk_table import ChunkMap
from provider_wim.wim_format.metadata import parse_metadata
from provider_wim.wim_format.resource_header import ResourceHeader

from ....support.wims import DIRECTORY, FIXTURES, REPARSE_POINT, Entry, metadata
from ..reading.mutations import places_of

FILE = Entry(
    name="file",
    short_name="FILE~1",
    security_id=1,
    sha1=b"1" * 20,
    streams=(("stream", b"2" * 20), ("", b"0" * 20)),
    items=b"\1\0\0\0\x10\0\0\0" + b"o" * 16,
)
LINK = Entry(name="link", attributes=REPARSE_POINT, reparse=(0xA000000C, 1), sha1=b"3" * 20)
INNER = Entry(name="folder", attributes=DIRECTORY, children=(FILE, LINK))
METADATA = metadata(
    Entry(
        attributes=DIRECTORY,
        children=(INNER, FILE, Entry(name="hard", link_group=5), Entry(name="hard2", link_group=5)),
    ),
    [b"a descriptor", b"another one"],
)
VALUES = st.one_of(
    st.binary(min_size=1, max_size=8),
    st.sampled_from([b"\0" * 8, b"\xff" * 8, b"\0\0\0\x80", b"\x08\0\0\0\0\0\0\0"]),
)


def changed(data: bytes, changes: list[tuple[int, bytes]]) -> bytes:
    out = bytearray(data)
    for place, value in changes:
        out[place : place + len(value)] = value
    return bytes(out)


def changes(size: int) -> st.SearchStrategy[list[tuple[int, bytes]]]:
    return st.lists(st.tuples(st.integers(0, size - 1), VALUES), min_size=1, max_size=4)


@given(changes(len(METADATA)))
@settings(max_examples=1500, suppress_health_check=[HealthCheck.too_slow])
def test_metadata(made: list[tuple[int, bytes]]) -> None:
    with suppress(WimError):
        root = parse_metadata(
            changed(METADATA, made), lambda sha1: Blob(sha1=sha1, size=9), lambda blob: b"123456789"
        )
        assert len(list(walk(root))) < 20


SOLID = (FIXTURES / "solid.esd").read_bytes()
TABLE = bytes(SOLID[place] for place in places_of(FIXTURES / "solid.esd")[208:])[:500]


@given(changes(len(TABLE)))
@settings(max_examples=500)
def test_blob_tables(made: list[tuple[int, bytes]]) -> None:
    with suppress(WimError):
        parse_table(changed(TABLE, made), 1, len(SOLID), BlobTable())


@given(st.binary(min_size=16, max_size=16), st.binary(max_size=64), st.integers(0, 1 << 56))
def test_solid_resources(head: bytes, table: bytes, stored: int) -> None:
    resource = ResourceHeader(stored_size=stored, size=1 << 32, flags=0x10)
    with suppress(WimError, NotSupported):
        layout = ChunkMap.of_solid(resource, head, "test")
        for chunk in layout.chunks(lambda start, size: (table * (size // 8 + 1))[:size], "test"):
            assert 0 < chunk.stored_size <= chunk.size <= layout.chunk_size
