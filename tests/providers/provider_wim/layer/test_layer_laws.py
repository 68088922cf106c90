"""Layers read from the top give what applying them from the base gives."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import IntegrityError, NotSupported
from provider_wim.tree import walk
from provider_wim.writing.metadata import pack_tree

from ....support.layers import Member, flattened, layer_bytes, tar_layer
from ....support.windows import sample_tree

Paths = tuple[str, ...]
NAMES = st.sampled_from("abc")
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(tuple)
SAMPLE = layer_bytes(sample_tree())


class Layer:
    """Some files, and some marks."""

    def __init__(self, files: dict[Paths, str], gone: set[Paths], opaque: set[Paths]) -> None:
        self.files = {
            path: text
            for path, text in files.items()
            if not any(path[:length] in files for length in range(1, len(path)))
        }
        self.gone = gone
        self.opaque = opaque

    def apply(self, tree: dict[Paths, str]) -> None:
        """Do to *tree* what unpacking this layer over it does."""
        for path in list(tree):
            prefixes = [path[:length] for length in range(1, len(path) + 1)]
            if self.gone.intersection(prefixes) or self.opaque.intersection([(), *prefixes[:-1]]):
                del tree[path]
        for path, text in self.files.items():
            for other in list(tree):
                if other[: len(path)] == path or path[: len(other)] == other:
                    del tree[other]
            tree[path] = text

    def pack(self) -> bytes:
        members: list[Member] = [("Files/",)]
        members += [
            ("/".join(("Files", *path)), text.encode()) for path, text in self.files.items()
        ]
        members += [("/".join(("Files", *path[:-1], f".wh.{path[-1]}")), b"") for path in self.gone]
        members += [("/".join(("Files", *path, ".wh..wh..opq")), b"") for path in self.opaque]
        return tar_layer(*members)


LAYERS = st.builds(
    Layer,
    st.dictionaries(PATHS, st.sampled_from("123"), max_size=6),
    st.sets(PATHS, max_size=2),
    st.sets(st.lists(NAMES, max_size=2).map(tuple), max_size=1),
)


@given(st.lists(LAYERS, min_size=1, max_size=4))
def test_from_the_top_is_from_the_base(layers: list[Layer]) -> None:
    tree: dict[Paths, str] = {}
    for layer in layers:
        layer.apply(tree)
    flat, contents = flattened(*(layer.pack() for layer in layers))
    found = {
        tuple(path.split("/")): contents[node.data.sha1].decode()
        for path, node in walk(flat.system)
        if node.data is not None
    }
    assert found == tree


@given(
    st.integers(min_value=0, max_value=len(SAMPLE) - 1),
    st.binary(min_size=1, max_size=8),
)
def test_a_damaged_layer_is_one_of_our_errors(place: int, garbage: bytes) -> None:
    damaged = SAMPLE[:place] + garbage + SAMPLE[place + len(garbage) :]
    with suppress(IntegrityError, NotSupported):
        flat, _ = flattened(damaged)
        pack_tree(flat.system)
