"""tree: the installed images below what they were made from."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from ..model import ImageKey, Installed, Query
from ..parents import Family
from .listing import family_of
from .results import Branch

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["branches", "tree"]


def tree(resources: Resources, pattern: str) -> tuple[Branch, ...]:
    """Return the families in which the name of an image fits *pattern*; all for ''."""
    found = branches(family_of(resources))
    query = Query(name=pattern)
    starts = [number for number, branch in enumerate(found) if not branch.above]
    families = [found[start:end] for start, end in pairwise([*starts, len(found)])]
    return tuple(
        branch
        for family in families
        if any(query.wants_name(branch.image.name) for branch in family)
        for branch in family
    )


def branches(family: Family) -> tuple[Branch, ...]:
    """Return every image once, below the first of its parents, in the family's order."""
    children: dict[ImageKey | None, list[Installed]] = {}
    for image in family.images:
        parents = family.parents(image)
        children.setdefault(parents[0].key if parents else None, []).append(image)
    found = []
    waiting: list[tuple[Installed, tuple[bool, ...]]]
    waiting = [(image, ()) for image in reversed(children.get(None, []))]
    while waiting:
        image, above = waiting.pop()
        found.append(Branch(image=replace(image, parent=family.parent(image)), above=above))
        below = children.get(image.key, [])
        last = len(below) - 1
        waiting += [
            (child, (*above, number < last)) for number, child in reversed(list(enumerate(below)))
        ]
    return tuple(found)
