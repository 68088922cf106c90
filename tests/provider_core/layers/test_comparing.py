"""The law of differences: what is written over the old tree makes the new one."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.digests import Digest
from provider_core.errors import NotSupported
from provider_core.layers import Attributes, Kind, Tree, difference, read_layer, write_layer
from provider_core.layers.comparing import Change
from provider_core.layers.tree import Inode

from .making import picture

_NAMES = st.sampled_from(["a", "b", "c-", "d d"])
_PATHS = st.lists(_NAMES, min_size=1, max_size=3).map("/".join)


def _attributes(kind: Kind) -> st.SearchStrategy[Attributes]:
    return st.builds(
        Attributes,
        kind=st.just(kind),
        mode=st.sampled_from([0o644, 0o4755]),
        uid=st.sampled_from([0, 3_000_000]),
        gid=st.just(0),
        mtime=st.sampled_from([0, 1_700_000_000]),
        target=st.sampled_from(["x", "../y"]) if kind is Kind.SYMLINK else st.just(""),
        device=st.sampled_from([(1, 3), (8, 0)]) if kind is Kind.BLOCK else st.just((0, 0)),
        xattrs=st.sampled_from([{}, {"user.a": b"\0\xff"}]),
    )


_THINGS = st.one_of(
    st.tuples(_attributes(Kind.FILE), st.sampled_from([b"", b"one", b"two", b"longer"])),
    *(
        st.tuples(_attributes(kind), st.none())
        for kind in (Kind.FOLDER, Kind.SYMLINK, Kind.FIFO, Kind.BLOCK)
    ),
)
_TREES = st.dictionaries(_PATHS, st.one_of(_THINGS, _PATHS), max_size=8)


class _Grown:
    """A tree, and the contents of its files."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.tree = Tree()
        self.contents: dict[Digest, bytes] = {}
        for path, thing in said.items():
            if isinstance(thing, str):
                self._link(path, thing)
            else:
                self._put(path, *thing)

    def _put(self, path: str, attributes: Attributes, data: bytes | None) -> None:
        digest = None
        if data is not None:
            digest = Digest.of(data)
            self.contents[digest] = data
            changed = {name: getattr(attributes, name) for name in attributes.__slots__}
            attributes = Attributes(**{**changed, "size": len(data)})
        self.tree.put(path, Inode(attributes=attributes, digest=digest))

    def _link(self, path: str, target: str) -> None:
        node = self.tree.find(target)
        is_free = self.tree.find(path) is None and not path.startswith(f"{target}/")
        if node is not None and not node.is_folder and is_free:
            self.tree.put(path, node.inode)

    @contextmanager
    def open(self, path: str, attributes: Attributes) -> Iterator[BinaryIO]:
        node = self.tree.find(path)
        assert node is not None
        assert node.inode.attributes == attributes
        digest = node.inode.content()
        assert digest is not None
        yield io.BytesIO(self.contents[digest])


def _layer(changes: tuple[Change, ...], grown: _Grown) -> bytes:
    return b"".join(write_layer(changes, grown.open))


@given(_TREES, _TREES)
def test_the_difference_over_the_old_is_the_new(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    old, new = _Grown(before), _Grown(after)
    layer = _layer(difference(old.tree, new.tree), new)
    old.tree.lay(read_layer(iter([layer])))
    assert picture(old.tree) == picture(new.tree)


@given(_TREES)
def test_nothing_differs_from_itself(said: Mapping[str, Any]) -> None:
    assert difference(_Grown(said).tree, _Grown(said).tree) == ()


@given(_TREES, _TREES)
def test_the_same_trees_give_the_same_bytes(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    one, other = (
        _layer(difference(_Grown(said).tree, new.tree), new)
        for said, new in (
            (before, _Grown(after)),
            (dict(reversed(list(before.items()))), _Grown(after)),
        )
    )
    # The order in which a tree was put together may decide which of its links survive.
    if picture(_Grown(before).tree) == picture(_Grown(dict(reversed(list(before.items())))).tree):
        assert one == other


def _file(size: int = 1, **said: Any) -> Inode:
    fields = {"mode": 0o644, "uid": 0, "gid": 0, "mtime": 5, **said}
    return Inode(attributes=Attributes(kind=Kind.FILE, size=size, **fields))


def test_content_is_asked_for_only_where_nothing_else_tells() -> None:
    old, new = Tree(), Tree()
    asked: list[str] = []

    def digest(name: str) -> Any:
        def compute() -> Digest:
            asked.append(name)
            return Digest.of(b"same")

        return compute

    for tree, size in ((old, 1), (new, 2)):
        for name, inode in (("grown", _file(size)), ("same", _file())):
            inode.digest = digest(name)
            tree.put(name, inode)
    assert [change.path for change in difference(old, new)] == ["grown"]
    assert asked == ["same", "same"]


def test_names_that_change_their_files_are_told() -> None:
    trees = []
    for pairs in (("ab", "cd"), ("ac", "bd")):
        tree = Tree()
        for pair in pairs:
            inode = _file()
            inode.digest = Digest.of(b"same")
            for name in pair:
                tree.put(name, inode)
        trees.append(tree)
    told = [(change.path, change.link) for change in difference(*trees)]
    assert told == [("a", None), ("b", None), ("c", "a"), ("d", "b")]


def test_a_folder_gone_is_one_whiteout() -> None:
    old, new = Tree(), Tree()
    for path in ("d/e/f", "d/g"):
        old.put(path, _file())
    (change,) = difference(old, new)
    assert (change.path, change.attributes) == (".wh.d", None)


def test_a_name_that_would_remove_another_is_refused() -> None:
    new = Tree()
    new.put("d/.wh.x", _file())
    with pytest.raises(NotSupported, match="cannot be in a layer"):
        difference(Tree(), new)


def test_depth_is_no_danger() -> None:
    deep = Tree()
    deep.put("/".join("d" * 2000), _file())
    assert len(difference(Tree(), deep)) == 2000
    assert len(difference(deep, Tree())) == 1
