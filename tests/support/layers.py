"""Layers of Windows trees in memory, and what comes of them."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterator, Mapping

from provider_wim.layer.entries import entries_of
from provider_wim.layer.flattening import Flattened, Flattener, link_targets
from provider_wim.layer.losses import Losses
from provider_wim.layer.members import LayerMembers
from provider_wim.layer.tar_pieces import tar_pieces
from provider_wim.tree import Blob, Node

from .windows import MemoryBlobs

__all__ = ["MemorySink", "flattened", "layer_bytes", "tar_layer"]

Member = tuple[str] | tuple[str, bytes] | tuple[str, str, str]
"""A folder (name), a file (name, content), a link or device (name, type flag, target)."""


def layer_bytes(root: Node, utility: Node | None = None, *, faithful: bool = False) -> bytes:
    """Return the layer of a tree whose content `windows` made."""
    entries = list(entries_of(root, utility, Losses()))
    return b"".join(tar_pieces(entries, MemoryBlobs(), faithful=faithful))


def tar_layer(*members: Member, **pax: str) -> bytes:
    """Return a layer by the standard library; *pax* are records of every member."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for member in members:
            info, data = tarfile.TarInfo(member[0].removesuffix("/")), b""
            info.pax_headers = dict(pax)
            if len(member) == 1:
                info.type = tarfile.DIRTYPE
            elif len(member) == 2:
                data = member[1]
                info.size = len(data)
            else:
                info.type, info.linkname = member[1].encode(), member[2]
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


class MemorySink:
    """Takes content as the writer of a file does."""

    def __init__(self) -> None:
        self.contents: dict[bytes, bytes] = {}

    def add(self, pieces: Iterator[bytes], size: int) -> Blob:
        data = b"".join(pieces)
        assert len(data) == size
        blob = Blob(sha1=hashlib.sha1(data).digest(), size=size)
        self.contents[blob.sha1] = data
        return blob


def flattened(*layers: bytes, piece: int = 10_000) -> tuple[Flattened, Mapping[bytes, bytes]]:
    """Lay *layers* over one another, the base first; return the tree and the content taken."""
    sink = MemorySink()
    flattener = Flattener(sink)
    for layer in reversed(layers):
        targets = link_targets(LayerMembers(_pieces(layer, piece)))
        flattener.add(LayerMembers(_pieces(layer, piece)), targets)
    return flattener.finish(), sink.contents


def _pieces(layer: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(layer), size):
        yield layer[start : start + size]
