"""The difference of two trees, as the entries of the layer that makes one of the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..errors import NotSupported
from .entries import Attributes, Kind
from .names import WHITEOUT, split_path, whiteout_of
from .tree import Inode, Node, Tree

__all__ = ["Change", "difference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry of a layer that is to be written."""

    path: str
    """Of the entry; a whiteout's has `WHITEOUT` before its last part."""
    attributes: Attributes | None
    """None for a whiteout."""
    source: str = ""
    """The path that changes: a whiteout's without `WHITEOUT`."""
    link: str | None = None
    """The path, before it in the same layer, that it is a further name of."""


def difference(old: Tree, new: Tree) -> tuple[Change, ...]:
    """Return what must be written over *old* to have *new*, sorted by the path that changes.

    Attributes, names of one file, and content count; of folders that no layer speaks of, and
    that are as folders usually are, the time does not.  A file's content is hashed only if
    nothing else tells it apart.  What is gone gets a whiteout each, a folder only one for all
    of it.  Raises NotSupported if a new name is one of a whiteout.
    """
    linked = _names_of_links(old) | _names_of_links(new)
    found: list[Change] = []
    waiting: list[tuple[str, Node | None, Node]] = [("", old.root, new.root)]
    while waiting:
        path, before, after = waiting.pop()
        _check_name(path)
        if before is None or not _alike(before.inode, after.inode, linked):
            found.append(Change(path=path, attributes=after.inode.attributes, source=path))
        known = before.children if before is not None and after.is_folder else {}
        start = f"{path}/" if path else ""
        for name in known.keys() - after.children.keys():
            gone = start + name
            found.append(Change(path=whiteout_of(gone), attributes=None, source=gone))
        waiting += [
            (start + name, known.get(name), child) for name, child in after.children.items()
        ]
    found.sort(key=lambda change: change.source)
    return tuple(_linked(found, new))


def _check_name(path: str) -> None:
    name = split_path(path)[1]
    if name.startswith(WHITEOUT):
        raise NotSupported(
            f"a file called {name!a} cannot be in a layer",
            hint=f"names that begin with {WHITEOUT} remove other files; rename or leave it out",
            path=path,
        )


def _names_of_links(tree: Tree) -> dict[int, list[str]]:
    """Return all names of each file that has several, by the identity of its inode."""
    found: dict[int, list[str]] = {}
    for path, node in tree.walk():
        if not node.is_folder and node.inode.names > 1:
            found.setdefault(id(node.inode), []).append(path)
    for names in found.values():
        names.sort()
    return found


def _alike(old: Inode, new: Inode, linked: Mapping[int, Sequence[str]]) -> bool:
    one, other = old.attributes, new.attributes
    if old.is_implied or new.is_implied:
        one, other = replace(one, mtime=0), replace(other, mtime=0)
    if one != other:
        return False
    if one.kind is not Kind.FOLDER and linked.get(id(old)) != linked.get(id(new)):
        return False
    return one.kind is not Kind.FILE or old.content() == new.content()


def _linked(changes: Sequence[Change], new: Tree) -> Iterator[Change]:
    """Turn every name of a file but its first into a hard link to the first."""
    first: dict[int, str] = {}
    for change in changes:
        node = new.find(change.source) if change.attributes is not None else None
        if node is None or node.is_folder or node.inode.names == 1:
            yield change
            continue
        known = first.setdefault(id(node.inode), change.path)
        yield change if known == change.path else replace(change, link=known)
