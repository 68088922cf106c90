"""Layers as trees: read by their headers, laid over each other, compared, written.

Nothing here unpacks a layer.  A layer's archive is read as a stream (`reading`); what it says of
each path becomes a `Tree`, content by digest only (`tree`); a folder of this machine becomes one
too (`folder`); the difference of two trees (`comparing`) is written as a new layer (`writing`).
OCI image-spec 1.1, layer.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy import lazy_names

if TYPE_CHECKING:
    from .comparing import Change, difference
    from .entries import Attributes, Kind
    from .folder import Folder
    from .packing import LayerPacker, PackedLayer, pack, packed_limit
    from .reading import read_layer
    from .tree import Tree
    from .unpacking import unpacked
    from .writing import layer_size, write_layer

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "comparing": ("Change", "difference"),
        "entries": ("Attributes", "Kind"),
        "folder": ("Folder",),
        "packing": ("LayerPacker", "PackedLayer", "pack", "packed_limit"),
        "reading": ("read_layer",),
        "tree": ("Tree",),
        "unpacking": ("unpacked",),
        "writing": ("layer_size", "write_layer"),
    },
)

__all__ = [
    "Attributes",
    "Change",
    "Folder",
    "Kind",
    "LayerPacker",
    "PackedLayer",
    "Tree",
    "difference",
    "layer_size",
    "pack",
    "packed_limit",
    "read_layer",
    "unpacked",
    "write_layer",
]
