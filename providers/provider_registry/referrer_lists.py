"""Whether there are lists of referrers: asked once, and remembered (distribution-spec 1.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .client import Repository

__all__ = ["has_no_lists", "says_no_lists"]

_FORBIDDEN: Final = 403
_NO_LISTS: Final = frozenset({400, 404, 405, 501})
"""404 is the word; the others come from registries that do not know that."""


def has_no_lists(repository: Repository) -> bool:
    """Whether *repository* or its whole registry was seen to keep no lists."""
    return any(map(repository.registry.memory.known, _facts(repository)))


def says_no_lists(repository: Repository, status: object) -> bool:
    """Whether *status*, an answer about referrers, says that there are no lists; remember it.

    What is forbidden is so in this repository: others of the registry may have their lists.
    """
    registry_wide, here = _facts(repository)
    if status not in {_FORBIDDEN, *_NO_LISTS}:
        return False
    repository.registry.memory.know(here if status == _FORBIDDEN else registry_wide)
    return True


def _facts(repository: Repository) -> Iterator[tuple[object, ...]]:
    endpoint = repository.registry.endpoint
    yield "no referrers", endpoint.origin
    yield "no referrers", endpoint.origin, endpoint.whole(repository.name)
