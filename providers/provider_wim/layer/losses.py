"""What a file can have in a WIM and no layer can carry: refused, or counted and told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from provider_core.errors import NotSupported

from ..tree import NOTHING, Attribute, Node
from .names import shown
from .reparse import target_of
from .xattrs import parse

__all__ = ["Losses"]

# Operators of an IntFlag cost a microsecond each, and there are 100,000 files.
_ENCRYPTED: Final = int(Attribute.ENCRYPTED)
_REPARSE: Final = int(Attribute.REPARSE_POINT)
_SYSTEMS: Final = {
    0x80000017: "compressed by the Windows Overlay Filter (WOF)",
    0x80000013: "deduplicated",
    0x8000001B: "an app's execution alias",
}
"""Reparse tags that people meet ([MS-FSCC] 2.1.2.1)."""


@dataclass(slots=True, kw_only=True)
class Losses:
    """What one conversion could not carry."""

    leave_out: bool = False
    """Whether files that cannot be carried at all are left out, instead of being refused."""
    counts: Counter[str] = field(default_factory=Counter)
    """How often, by kind: 'short names', 'object ids', 'files left out' …"""
    left_out: list[str] = field(default_factory=list)
    """The first paths that were left out, inert."""

    def keeps(self, node: Node, path: str) -> bool:
        """Note what *node* loses; return False if it is to be left out.

        Raises NotSupported for what cannot be carried, unless it may be left out.
        """
        reason = _reason(node)
        if reason and not self.leave_out:
            raise NotSupported(
                f"the image has {shown(path)}, which is {reason}: no layer can hold it",
                hint="--leave-out makes the layer without such files, and says which",
                path=shown(path),
                reason=reason,
            )
        if reason:
            self.counts["files left out"] += 1
            if len(self.left_out) < 10:
                self.left_out.append(f"{shown(path)} ({reason})")
            return False
        self._count(node)
        return True

    def _count(self, node: Node) -> None:
        if node.short_name:
            self.counts["short names"] += 1
        if node.reparse is not None and node.reparse.not_fixed:
            self.counts["marks of targets as captured"] += 1
        items = node.items
        if items is NOTHING:
            return
        if items.object_id:
            self.counts["object ids"] += 1
        if items.unix is not None:
            self.counts["Unix owners and modes"] += 1
        if items.unknown:
            self.counts["unknown items"] += len(items.unknown)
        if items.xattrs and any(one.flags for one in parse(items.xattrs)):
            self.counts["flags of extended attributes"] += 1

    @property
    def summary(self) -> str:
        """What was lost, for annotations: ``object ids=3, short names=12``; '' for nothing."""
        return ", ".join(f"{kind}={count}" for kind, count in sorted(self.counts.items()))

    def notices(self) -> list[str]:
        """Return what to tell the user, a sentence each."""
        told = [f"left out: {path}" for path in self.left_out]
        if self.counts:
            told.append(f"no layer can carry these, and the image is without them: {self.summary}")
        return told


def _reason(node: Node) -> str:
    """Return why a file cannot be carried at all, '' if it can."""
    if node.attributes & _ENCRYPTED:
        return "encrypted (EFS)"
    if node.reparse is None:
        pointless = node.attributes & _REPARSE
        return "a reparse point without its data" if pointless else ""
    if target_of(node.reparse) is None:
        tag = node.reparse.tag
        return _SYSTEMS.get(tag, f"a reparse point that is no link (0x{tag:08X})")
    return "a link with content of its own" if node.data is not None else ""
