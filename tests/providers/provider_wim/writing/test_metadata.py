from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import NotSupported
from provider_wim.layer.xattrs import ExtendedAttribute, pack
from provider_wim.tree import NOTHING, Blob, NamedStream, Node, Reparse, TaggedItems, walk
from provider_wim.wim_format.metadata import parse_metadata
from provider_wim.writing import metadata
from provider_wim.writing.metadata import pack_tree, reparse_blobs

from ....support.windows import sample_tree

NAMES = st.text(st.characters(exclude_characters="/\\\0"), min_size=1, max_size=12).filter(
    lambda name: name not in (".", "..")
)
BLOBS = st.none() | st.builds(
    Blob, sha1=st.binary(min_size=20, max_size=20), size=st.integers(1, 1 << 40)
)
TIMES = st.integers(0, (1 << 64) - 1)
STREAMS = st.lists(
    st.builds(NamedStream, name=NAMES, blob=BLOBS), max_size=2, unique_by=lambda one: one.name
)
ITEMS = st.sampled_from(
    [
        NOTHING,
        TaggedItems(object_id=b"o" * 64),
        TaggedItems(xattrs=pack([ExtendedAttribute(name="A", value=b"v")])),
        TaggedItems(object_id=b"o" * 16, xattrs=pack([ExtendedAttribute(name="B", value=b"")])),
    ]
)


def nodes(children: st.SearchStrategy[Node] | None) -> st.SearchStrategy[Node]:
    """Return files, or directories with *children* in them."""
    inner = (
        st.just(())
        if children is None
        else st.lists(children, max_size=3, unique_by=_name).map(tuple)
    )
    return st.builds(
        Node,
        name=NAMES,
        short_name=st.sampled_from(["", "SHORT~1.TXT"]),
        attributes=st.just(0x20 if children is None else 0x10),
        created=TIMES,
        accessed=TIMES,
        written=TIMES,
        security=st.none() | st.binary(min_size=20, max_size=30),
        data=BLOBS if children is None else st.none(),
        streams=STREAMS.map(tuple),
        items=ITEMS,
        children=inner,
    )


def _name(node: Node) -> str:
    return node.name


TREES = nodes(st.recursive(nodes(None), nodes, max_leaves=8)).map(
    lambda node: Node(
        name="",
        attributes=0x10,
        created=node.created,
        accessed=0,
        written=0,
        security=node.security,
        children=node.children,
    )
)


def read_back(data: bytes, blobs: Mapping[bytes, int], reparse: Mapping[bytes, bytes]) -> Node:
    sizes = {**blobs, **{sha1: len(one) for sha1, one in reparse.items()}}
    return parse_metadata(
        data,
        lambda sha1: Blob(sha1=sha1, size=sizes[sha1]),
        lambda blob: reparse[blob.sha1],
    )


def blobs_of(root: Node) -> dict[bytes, int]:
    found = [
        blob
        for _, node in walk(root)
        for blob in (node.data, *(stream.blob for stream in node.streams))
        if blob is not None
    ]
    return {blob.sha1: blob.size for blob in found}


@given(TREES)
def test_there_and_back(root: Node) -> None:
    sizes = blobs_of(root)
    if bytes(20) not in sizes:
        packed = pack_tree(root)
        # A hash has one size in a file; here chance may have given it two.
        again = read_back(packed.data, sizes, {})
        assert pack_tree(again).data == packed.data
        assert [path for path, _ in walk(again)] == [path for path, _ in walk(root)]


def test_the_sample_comes_back() -> None:
    root = sample_tree()
    assert read_back(pack_tree(root).data, blobs_of(root), reparse_blobs(root)) == root


def test_a_link_with_a_stream() -> None:
    reparse = Reparse(tag=0xA000000C, data=b"target", not_fixed=True)
    stream = NamedStream(name="s", blob=Blob(sha1=b"s" * 20, size=3))
    link = Node(
        name="l",
        attributes=0x420,
        created=1,
        accessed=2,
        written=3,
        reparse=reparse,
        streams=(stream,),
    )
    root = Node(name="", attributes=0x10, created=0, accessed=0, written=0, children=(link,))
    packed = pack_tree(root)
    assert packed.references == {hashlib.sha1(b"target").digest(): 1, b"s" * 20: 1}
    assert read_back(packed.data, blobs_of(root), reparse_blobs(root)) == root


def test_sizes() -> None:
    sizes = pack_tree(sample_tree()).sizes
    assert (sizes.directories, sizes.files) == (6, 10)
    assert sizes.hard_links == 80_000
    assert sizes.total > 2 * sizes.hard_links


def test_more_than_is_read_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "MOST_METADATA", 500)
    with pytest.raises(NotSupported, match="more than 500 bytes") as caught:
        pack_tree(sample_tree())
    assert ".tar" in caught.value.hint
