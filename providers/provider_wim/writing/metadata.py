"""Metadata resources: a tree of files to bytes, as `wim_format.metadata` reads them."""

from __future__ import annotations

import hashlib
import struct
from collections import Counter
from dataclasses import dataclass
from typing import Final

from provider_core.errors import NotSupported

from ..tree import Blob, Node, TaggedItems, walk
from ..wim_format.dentry import NO_HASH
from ..wim_format.metadata import MOST_METADATA
from ..wim_format.security import NO_DESCRIPTOR

__all__ = ["PackedTree", "TreeSizes", "pack_tree", "reparse_blobs"]

_FIXED: Final = struct.Struct("<QIIQ16xQQQ20s4xIHHHHH")
_CHILDREN: Final = 16
"""Where in an entry the offset of its children stands, bytes."""
_STREAM: Final = struct.Struct("<Q8x20sH")
_ITEM: Final = struct.Struct("<II")
_OBJECT_ID: Final = 0x1
_XATTRS: Final = 0x2
_NOT_FIXED: Final = 0x1
_END: Final = bytes(8)


@dataclass(slots=True, kw_only=True)
class TreeSizes:
    """What the XML says of a tree."""

    directories: int = 0
    """The root is one, and a junction is none."""
    files: int = 0
    """Names; of one file each counts."""
    total: int = 0
    """Bytes of all names' content."""
    hard_links: int = 0
    """How many of these are counted more than once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedTree:
    """The metadata resource of an image."""

    data: bytes
    references: Counter[bytes]
    """How often each blob is named, by SHA-1."""
    sizes: TreeSizes


def reparse_blobs(root: Node) -> dict[bytes, bytes]:
    """Return the data of all reparse points, by SHA-1: they are blobs as content is."""
    found = (node.reparse.data for _, node in walk(root) if node.reparse and node.reparse.data)
    return {_sha1(data): data for data in found}


def pack_tree(root: Node) -> PackedTree:
    """Return the metadata of the tree; its blobs are elsewhere in the file.

    Raises NotSupported if there is more of it than is read.
    """
    return _Packer(root).pack()


class _Packer:
    def __init__(self, root: Node) -> None:
        self._root = root
        self._descriptors: dict[bytes, int] = {}
        for _, node in walk(root):
            if node.security is not None:
                self._descriptors.setdefault(node.security, len(self._descriptors))
        self._references: Counter[bytes] = Counter()
        self._sizes = TreeSizes()
        self._groups: set[int] = set()

    def pack(self) -> PackedTree:
        out = bytearray(self._security())
        waiting = [(self._root, len(out))]
        out += self._entry(self._root) + _END
        while waiting:
            node, place = waiting.pop()
            struct.pack_into("<Q", out, place + _CHILDREN, len(out))
            for child in node.children:
                if child.is_directory and child.reparse is None:
                    waiting.append((child, len(out)))
                out += self._entry(child)
            out += _END
            if len(out) > MOST_METADATA:
                raise NotSupported(
                    f"the names and facts of its files have more than {MOST_METADATA} bytes,"
                    " and no such .wim file could be read again",
                    hint="save it as it is: `ferry save NAME --to FILE.tar`",
                )
        return PackedTree(data=bytes(out), references=self._references, sizes=self._sizes)

    def _security(self) -> bytes:
        sizes = struct.pack(f"<{len(self._descriptors)}Q", *map(len, self._descriptors))
        body = sizes + b"".join(self._descriptors)
        total = _aligned(8 + len(body))
        return (struct.pack("<II", total, len(self._descriptors)) + body).ljust(total, b"\0")

    def _entry(self, node: Node) -> bytes:
        """Return the entry of *node* and those of its streams; its children are elsewhere.

        With named streams the unnamed one has an entry of its own, as Windows writes it.
        """
        self._count(node)
        main = self._named(node.data)
        if node.reparse is not None and node.reparse.data:
            main = _sha1(node.reparse.data)
            self._references[main] += 1
        streams = [("", main)] if node.streams else []
        streams += [(stream.name, self._named(stream.blob)) for stream in node.streams]
        tail = _zero_ended(_name(node.name)) + _zero_ended(_name(node.short_name))
        tail = tail.ljust(_aligned(_FIXED.size + len(tail)) - _FIXED.size, b"\0")
        tail += _items(node.items)
        number = self._descriptors[node.security] if node.security is not None else NO_DESCRIPTOR
        fixed = _FIXED.pack(
            _FIXED.size + len(tail),
            node.attributes,
            number,
            0,
            node.created,
            node.accessed,
            node.written,
            NO_HASH if streams else main,
            *_shared_room(node),
            len(streams),
            len(_name(node.short_name)),
            len(_name(node.name)),
        )
        return fixed + tail + b"".join(_stream(name, sha1) for name, sha1 in streams)

    def _named(self, blob: Blob | None) -> bytes:
        if blob is None:
            return NO_HASH
        self._references[blob.sha1] += 1
        return blob.sha1

    def _count(self, node: Node) -> None:
        sizes = self._sizes
        if node.is_directory and node.reparse is None:
            sizes.directories += 1
        else:
            sizes.files += 1
        size = sum(blob.size for blob in (node.data, *(s.blob for s in node.streams)) if blob)
        size += len(node.reparse.data) if node.reparse else 0
        sizes.total += size
        if node.link_group in self._groups:
            sizes.hard_links += size
        elif node.link_group:
            self._groups.add(node.link_group)


def _shared_room(node: Node) -> tuple[int, int, int]:
    """Return the 8 bytes that are a reparse point's tag and flags, else a file's group."""
    if node.reparse is not None:
        return node.reparse.tag, 0, _NOT_FIXED if node.reparse.not_fixed else 0
    group = node.link_group
    return group & 0xFFFFFFFF, group >> 32 & 0xFFFF, group >> 48


def _stream(name: str, sha1: bytes) -> bytes:
    text = _name(name)
    tail = _zero_ended(text)
    size = _aligned(_STREAM.size + len(tail))
    return (_STREAM.pack(size, sha1, len(text)) + tail).ljust(size, b"\0")


def _items(items: TaggedItems) -> bytes:
    found = ((_OBJECT_ID, items.object_id), (_XATTRS, items.xattrs))
    return b"".join(
        _ITEM.pack(tag, len(data)) + data.ljust(_aligned(len(data)), b"\0")
        for tag, data in found
        if data
    )


def _name(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _zero_ended(text: bytes) -> bytes:
    return text + b"\0\0" if text else b""


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


def _aligned(size: int) -> int:
    return (size + 7) & ~7
