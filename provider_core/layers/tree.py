"""A file system as a tree of names: what layers make when they are laid over each other.

Names of one file share one `Inode`, as hard links do.  Content is known by digest, or, for a
folder of this machine, not before it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ..digests import Digest
from ..errors import DocumentError
from .entries import IMPLIED, Attributes, Entry, Kind
from .names import OPAQUE, WHITEOUT, split_path

__all__ = ["Inode", "Node", "Tree"]


@dataclass(slots=True, kw_only=True, eq=False)
class Inode:
    """A file, folder or other thing, whatever its names are."""

    attributes: Attributes
    digest: Callable[[], Digest] | Digest | None = None
    """Of a file's content, or what computes it."""
    names: int = 0
    """How many names it has in its tree."""

    def content(self) -> Digest | None:
        """Return the digest of a file's content, computed once; None if it is no file."""
        if callable(self.digest):
            self.digest = self.digest()
        return self.digest

    @property
    def is_implied(self) -> bool:
        """Whether it is a folder that nothing but its content speaks of."""
        return self.attributes is IMPLIED


@dataclass(slots=True, kw_only=True, eq=False)
class Node:
    """A name, and what is below it."""

    inode: Inode
    children: dict[str, Node] = field(default_factory=dict)
    """Empty unless it is a folder."""

    @property
    def is_folder(self) -> bool:
        """Whether other names can be below it."""
        return self.inode.attributes.kind is Kind.FOLDER


class Tree:
    """Names below one root."""

    def __init__(self) -> None:
        self.root = Node(inode=Inode(attributes=IMPLIED, names=1))

    def lay(self, entries: Iterable[Entry]) -> None:
        """Lay a layer over what is here, in the sense of layer.md.

        Its whiteouts remove what lower layers have, wherever they stand in it; then its entries
        are added in their order.  Raises DocumentError for a hard link to what is not there.
        """
        added: list[Entry] = []
        for entry in entries:
            folder, name = split_path(entry.path)
            if name == OPAQUE:
                self._empty(folder)
            elif name.startswith(WHITEOUT):
                self._remove(folder, name.removeprefix(WHITEOUT))
            else:
                added.append(entry)
        for entry in added:
            self._add(entry)

    def put(self, path: str, inode: Inode) -> None:
        """Give *inode* the name *path*, in the place of what has it.

        A folder over a folder changes what is said of it and keeps what is in it.
        """
        inode.names += 1
        if not path:
            self._put_root(inode)
            return
        folder, name = split_path(path)
        parent = self._folder(folder)
        old = parent.children.get(name)
        if old is not None and old.is_folder and inode.attributes.kind is Kind.FOLDER:
            old.inode = inode
            return
        if old is not None:
            _let_go(old)
        parent.children[name] = Node(inode=inode)

    def walk(self) -> Iterator[tuple[str, Node]]:
        """Yield every path and its node, a folder before what is in it; the root is ''."""
        waiting = [("", self.root)]
        while waiting:
            path, node = waiting.pop()
            yield path, node
            start = f"{path}/" if path else ""
            waiting += [(start + name, child) for name, child in node.children.items()]

    def find(self, path: str) -> Node | None:
        """Return the node at *path*; symbolic links are not followed."""
        node: Node | None = self.root
        for part in path.split("/") if path else ():
            node = node.children.get(part) if node is not None else None
        return node

    def _add(self, entry: Entry) -> None:
        if entry.link is None:
            assert entry.attributes is not None, "only a hard link has none"
            self.put(entry.path, Inode(attributes=entry.attributes, digest=entry.digest))
            return
        target = self.find(entry.link)
        if target is None or target.is_folder:
            raise DocumentError(
                f"{entry.path[:200]!a} is a further name of {entry.link[:200]!a}, which is no file",
                what="layer",
            )
        if target is not self.find(entry.path):
            self.put(entry.path, target.inode)

    def _put_root(self, inode: Inode) -> None:
        if inode.attributes.kind is not Kind.FOLDER:
            raise DocumentError("its root is no folder", what="layer")
        self.root.inode = inode

    def _folder(self, path: str) -> Node:
        """Return the folder at *path*, made if need be, in the place of what is no folder."""
        node = self.root
        for part in path.split("/") if path else ():
            child = node.children.get(part)
            if child is None or not child.is_folder:
                if child is not None:
                    _let_go(child)
                child = node.children[part] = Node(inode=Inode(attributes=IMPLIED, names=1))
            node = child
        return node

    def _empty(self, path: str) -> None:
        node = self.find(path)
        if node is not None:
            for child in node.children.values():
                _let_go(child)
            node.children.clear()

    def _remove(self, folder: str, name: str) -> None:
        parent = self.find(folder)
        node = parent.children.pop(name, None) if parent is not None else None
        if node is not None:
            _let_go(node)


def _let_go(node: Node) -> None:
    """Count the names that go with *node*."""
    waiting = [node]
    while waiting:
        gone = waiting.pop()
        gone.inode.names -= 1
        waiting += gone.children.values()
