"""Whiteouts: what upper layers say to be gone from those below (OCI image-spec, layer.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .names import folded

__all__ = ["Whiteouts"]


@dataclass(slots=True)
class _Mark:
    """What is said of one path."""

    is_gone: bool = False
    is_opaque: bool = False
    children: dict[str, _Mark] = field(default_factory=dict)
    """By folded name."""


class Whiteouts:
    """The marks of all layers so far; paths are names from the root on."""

    def __init__(self) -> None:
        self._root = _Mark()

    def remove(self, parts: Sequence[str]) -> None:
        """Say that *parts*, and everything in it, is gone from the layers below."""
        self._mark(parts).is_gone = True

    def empty(self, parts: Sequence[str]) -> None:
        """Say that nothing of what layers below have in the folder *parts* shows."""
        self._mark(parts).is_opaque = True

    def hide(self, parts: Sequence[str]) -> bool:
        """Whether a file *parts* of a layer below is gone."""
        mark = self._root
        for part in parts:
            if mark.is_opaque:
                return True
            following = mark.children.get(folded(part)) if mark.children else None
            if following is None:
                return False
            if following.is_gone:
                return True
            mark = following
        return False

    def _mark(self, parts: Sequence[str]) -> _Mark:
        mark = self._root
        for part in parts:
            mark = mark.children.setdefault(folded(part), _Mark())
        return mark
