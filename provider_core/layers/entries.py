"""What a layer can say of one path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from ..digests import Digest

__all__ = ["IMPLIED", "Attributes", "Entry", "Kind"]


class Kind(Enum):
    """What a path is."""

    FILE = auto()
    FOLDER = auto()
    SYMLINK = auto()
    FIFO = auto()
    CHARACTER = auto()
    BLOCK = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """Everything about a path but its name and its content."""

    kind: Kind
    mode: int
    """Permission bits with setuid, setgid and sticky: 0 … 0o7777."""
    uid: int
    gid: int
    mtime: int
    """Whole seconds since 1970, rounded down; many writers of layers keep no more."""
    size: int = 0
    """Bytes of a file's content, 0 for everything else."""
    target: str = ""
    """Where a symbolic link leads, as written."""
    device: tuple[int, int] = (0, 0)
    """Major and minor number of a device."""
    xattrs: Mapping[str, bytes] = field(default_factory=dict, hash=False)
    """Extended attributes by their whole names ('user.comment')."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One path of one layer."""

    path: str
    """Without a slash at either end; '' for the root.  Undecodable bytes are surrogates."""
    attributes: Attributes | None = None
    """None for a hard link, which has those of its target."""
    digest: Digest | None = None
    """Of a file's content; None for everything else."""
    link: str | None = None
    """The path that a hard link is a further name of."""


IMPLIED = Attributes(kind=Kind.FOLDER, mode=0o755, uid=0, gid=0, mtime=0)
"""A folder that no layer has an entry for, but something below it; its time is nobody's."""
