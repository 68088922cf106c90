"""Layers made with the standard library, and trees as plain values."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Mapping
from typing import Any

from provider_core.layers import Tree, read_layer
from provider_core.layers.tree import Node

__all__ = ["archive", "laid", "picture"]


def archive(*members: tuple[str, Any], **defaults: Any) -> bytes:
    """Return an uncompressed layer.

    A member is a name and its content: bytes for a file, a `tarfile` type for something without,
    or a mapping of TarInfo's fields (with `data` for content).
    """
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, said in members:
            fields: Mapping[str, Any] = said if isinstance(said, Mapping) else _fields(said)
            info = tarfile.TarInfo(name)
            for key, value in {**defaults, **fields}.items():
                if key != "data":
                    setattr(info, key, value)
            data = fields.get("data", b"")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _fields(said: bytes) -> Mapping[str, Any]:
    return {"type": said} if said in tarfile.SUPPORTED_TYPES else {"data": said}


def laid(*layers: bytes) -> Tree:
    """Return the tree of *layers*, lowest first."""
    tree = Tree()
    for layer in layers:
        tree.lay(read_layer(iter([layer])))
    return tree


def picture(tree: Tree) -> dict[str, Any]:
    """Return path → everything that is known of it, and all names it has.

    Of folders that are as folders usually are, the time is nobody's.
    """
    nodes = dict(tree.walk())
    families: dict[int, list[str]] = {}
    for path, node in nodes.items():
        families.setdefault(id(node.inode), []).append(path)
    return {path: _told(node, families[id(node.inode)]) for path, node in nodes.items()}


def _told(node: Node, names: Iterable[str]) -> Any:
    inode = node.inode
    a = inode.attributes
    usual = node.is_folder and (a.mode, a.uid, a.gid, a.xattrs) == (0o755, 0, 0, {})
    time = None if usual else a.mtime
    plain = (a.kind, a.mode, a.uid, a.gid, time, a.size, a.target, a.device)
    return plain, dict(a.xattrs), inode.content(), sorted(names)
