"""Whiteouts: what upper layers say to be gone from those below (OCI image-spec, layer.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from provider_core.errors import DocumentError

from .names import folded

__all__ = ["Whiteouts"]

_MOST_MARKS: Final = 600_000
"""As many as a layer has members."""


@dataclass(slots=True)
class _Mark:
    """What is said of one path."""

    is_gone: bool = False
    is_opaque: bool = False
    children: dict[str, _Mark] = field(default_factory=dict)
    """By folded name."""


class Whiteouts:
    """The marks of all layers so far; paths are names from the root on.

    Raises DocumentError for more of them than any image has.
    """

    def __init__(self) -> None:
        self._root = _Mark()
        self._left = _MOST_MARKS

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
            fold = folded(part)
            following = mark.children.get(fold)
            if following is None:
                self._left -= 1
                if self._left < 0:
                    raise DocumentError(f"more than {_MOST_MARKS} whiteouts", what="layer")
                following = mark.children[fold] = _Mark()
            mark = following
        return mark
