"""Several layers laid over one another, as one tree; the uppermost is read first.

So content that an upper layer hides is passed over instead of being written and dropped.  Names
of one file (hard links) are the exception: its content is needed under a name that shows, even
where the name that has it does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Protocol

from provider_core.errors import DocumentError, NotSupported
from provider_core.tar.headers import Kind

from ..tree import Blob, NamedStream, Node
from .draft import DraftFile, DraftName, finished
from .facts import FileFacts, facts_of
from .members import LayerMembers, Member
from .names import folded, shown
from .paths import Area, LayerPath, path_of
from .whiteouts import Whiteouts

__all__ = ["BlobSink", "Flattened", "Flattener", "link_targets"]

_KINDS: Final = frozenset({Kind.FILE, Kind.FOLDER, Kind.SYMLINK})
_MOST_STREAMS: Final = 4096
"""Of one file; an entry of a WIM counts them in two bytes."""
_MOST_NAMES: Final = 600_000
"""Files and folders; no more are read of a WIM."""
_MOST_FACTS: Final = 64 << 20
"""Bytes of security descriptors, each counted once, of extended attributes and of links."""

Key = tuple[Area, str]
"""`LayerPath.key`."""


class BlobSink(Protocol):
    """Where the content of files goes."""

    def add(self, pieces: Iterator[bytes], size: int) -> Blob:
        """Take content of *size* bytes, more than 0, and return what it is known by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flattened:
    """What came of the layers."""

    system: Node
    utility: Node | None
    """The system that Hyper-V isolation starts, None if no layer has one."""
    registry: int
    """Members that change the registry, which are in no tree."""
    strange: int
    """Records that no Windows file has anything for."""


def link_targets(members: Iterable[Member]) -> frozenset[Key]:
    """Return the files of a layer that have further names in it."""
    return frozenset(
        path_of(member.link).key for member in members if member.kind is Kind.HARD_LINK
    )


class Flattener:
    """Takes layers, the uppermost first."""

    def __init__(self, sink: BlobSink) -> None:
        self._sink = sink
        self._layer = 0
        self._roots: dict[Area, DraftName] = {}
        self._whiteouts = {area: Whiteouts() for area in (Area.SYSTEM, Area.UTILITY)}
        self._waiting: dict[Key, list[DraftName]] = {}
        """Names whose file is in a layer below."""
        self._targets: frozenset[Key] = frozenset()
        self._files: dict[Key, DraftFile] = {}
        """The files of this layer."""
        self._removed: list[LayerPath] = []
        self._last: tuple[Key, DraftFile | None] | None = None
        """Where streams that follow belong; with None they are hidden."""
        self._registry = self._strange = 0
        self._names_left, self._facts_left = _MOST_NAMES, _MOST_FACTS
        self._descriptors: dict[bytes, bytes] = {}

    def add(self, members: LayerMembers, targets: frozenset[Key] = frozenset()) -> None:
        """Take the next layer; *targets* are its `link_targets`, not needed of the uppermost.

        Raises DocumentError for a layer that contradicts itself, NotSupported for what no
        Windows image has.
        """
        self._layer += 1
        self._targets, self._last = targets, None
        self._files.clear()
        for member in members:
            self._take(member, members)
        for path in self._removed:
            marks = self._whiteouts[path.area]
            (marks.empty if path.is_opaque else marks.remove)(path.parts)
        self._removed.clear()

    def finish(self) -> Flattened:
        """Return the trees.  Raises DocumentError if a link leads nowhere, or nothing is there."""
        if self._waiting:
            _, names = self._waiting.popitem()
            raise DocumentError(f"the link {shown(names[0].name)} has no file", what="layer")
        if Area.SYSTEM not in self._roots:
            raise DocumentError("it has no folder Files", what="layer")
        utility = self._roots.get(Area.UTILITY)
        return Flattened(
            system=finished(self._roots[Area.SYSTEM]),
            utility=finished(utility) if utility else None,
            registry=self._registry,
            strange=self._strange,
        )

    def _take(self, member: Member, members: LayerMembers) -> None:
        path = path_of(member.name)
        if path.area is Area.REGISTRY:
            self._registry += 1
        elif path.area is Area.NOTHING:
            return
        elif path.removes or path.is_opaque:
            self._removed.append(path)
        elif path.stream:
            self._take_stream(path, member, members)
        elif member.kind is Kind.HARD_LINK:
            self._take_link(path, path_of(member.link))
        elif member.kind in _KINDS:
            self._take_file(path, member, members)
        else:
            raise NotSupported(
                f"the image has {shown(member.name)}, a device or another special file",
                hint="Windows has none; save the image as it is: `ferry save NAME --to FILE.tar`",
            )

    def _take_file(self, path: LayerPath, member: Member, members: LayerMembers) -> None:
        key = path.key
        name = self._new_name(path, is_folder=member.kind is Kind.FOLDER)
        needed = member.kind is Kind.FILE and (key in self._targets or key in self._waiting)
        if (name is None or name.file.facts is not None) and not needed:
            self._last = key, None
            return
        file = name.file if name is not None else DraftFile()
        self._last = key, file
        file.facts = self._facts(member)
        self._strange += file.facts.strange
        if member.size:
            file.data = self._sink.add(members.content(), member.size)
        if member.kind is Kind.FILE:
            self._files[key] = file
        for waiting in self._waiting.pop(key, ()):
            waiting.file = file

    def _facts(self, member: Member) -> FileFacts:
        """Return what *member* says of its file, a descriptor that others have too only once."""
        facts = facts_of(member)
        size = len(facts.items.xattrs) + (len(facts.reparse.data) if facts.reparse else 0)
        if facts.security is not None:
            known = self._descriptors.setdefault(facts.security, facts.security)
            if known is facts.security:
                size += len(known)
            else:
                facts = replace(facts, security=known)
        self._facts_left -= size
        if self._facts_left < 0:
            raise DocumentError(f"files with more than {_MOST_FACTS} bytes of facts", what="layer")
        return facts

    def _take_stream(self, path: LayerPath, member: Member, members: LayerMembers) -> None:
        if self._last is None or self._last[0] != path.key or member.kind is not Kind.FILE:
            raise DocumentError(f"the stream {shown(member.name)} follows no file", what="layer")
        file = self._last[1]
        if file is None:
            return
        if file.streams is None:
            file.streams = {}
        fold = folded(path.stream)
        if fold in file.streams or len(file.streams) >= _MOST_STREAMS:
            raise DocumentError(f"the stream {shown(member.name)} is one too many", what="layer")
        blob = self._sink.add(members.content(), member.size) if member.size else None
        file.streams[fold] = NamedStream(name=path.stream, blob=blob)

    def _take_link(self, path: LayerPath, target: LayerPath) -> None:
        self._last = path.key, None
        name = self._new_name(path, is_folder=False)
        if name is None:
            return
        file = self._files.get(target.key)
        if file is not None:
            name.file = file
        else:
            self._waiting.setdefault(target.key, []).append(name)

    def _new_name(self, path: LayerPath, *, is_folder: bool) -> DraftName | None:
        """Return the name at *path* as `_name` does; DocumentError if this layer had it already."""
        name = self._name(path, is_folder=is_folder)
        if name is not None and name.layer == self._layer and name.file.facts is not None:
            raise DocumentError(f"{shown('/'.join(path.parts))} is there twice", what="layer")
        return name

    def _name(self, path: LayerPath, *, is_folder: bool) -> DraftName | None:
        """Return the name at *path*, made if it is new; None if an upper layer hides it."""
        if self._whiteouts[path.area].hide(path.parts):
            return None
        at = self._roots.get(path.area)
        if at is None:
            at = self._roots[path.area] = DraftName.new("", self._layer, is_folder=True)
        for place, part in enumerate(path.parts, start=1):
            found = self._child(at, part, is_folder=is_folder or place < len(path.parts))
            if found is None:
                if at.children[folded(part)].is_folder:
                    self._bury(path)
                return None
            at = found
        return at

    def _bury(self, path: LayerPath) -> None:
        """Note that a file of this layer, of which an upper one has made a folder, hides others.

        Nothing of an older folder shows in the new one.
        """
        self._removed.append(replace(path, is_opaque=True))

    def _child(self, at: DraftName, part: str, *, is_folder: bool) -> DraftName | None:
        fold = folded(part)
        child = at.children.get(fold)
        if child is None:
            self._names_left -= 1
            if self._names_left < 0:
                raise DocumentError(f"more than {_MOST_NAMES} files and folders", what="layer")
            child = at.children[fold] = DraftName.new(part, self._layer, is_folder=is_folder)
        elif child.layer < self._layer and not (child.is_folder and is_folder):
            return None
        elif is_folder != child.is_folder:
            raise DocumentError(f"{shown(part)} is a file and a folder", what="layer")
        return child
