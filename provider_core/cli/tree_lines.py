"""Families of images as lines of text, drawn like `tree` does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..operations.results import Branch

__all__ = ["tree_lines"]


class _Pens(NamedTuple):
    """What to draw, four columns each."""

    fork: str
    last: str
    past: str
    gap: str


_FANCY = _Pens(fork="├── ", last="└── ", past="│   ", gap="    ")
_PLAIN = _Pens(fork="|-- ", last="`-- ", past="|   ", gap="    ")


def tree_lines(branches: Iterable[Branch], *, fancy: bool) -> Iterator[str]:
    """Yield a line for each of *branches*; without *fancy* in ASCII alone."""
    pens = _FANCY if fancy else _PLAIN
    for branch in branches:
        image = branch.image
        words = [image.name, image.version, f"({image.image_id.short})"]
        if not branch.above and image.parent is not None:
            parent = image.parent
            name = f"{parent.name} {parent.version}".strip() or str(parent.digest or "")
            words.append(f"- made from {name}, which is not installed")
        yield _stem(branch.above, pens) + " ".join(filter(None, words))


def _stem(above: tuple[bool, ...], pens: _Pens) -> str:
    if not above:
        return ""
    *upper, own = above
    stems = [pens.past if follows else pens.gap for follows in upper]
    return "".join((*stems, pens.fork if own else pens.last))
