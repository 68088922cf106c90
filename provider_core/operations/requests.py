"""From what was typed to a question: the request's own words and the flags, both must hold."""

from __future__ import annotations

from dataclasses import replace

from ..errors import UsageError
from ..model import Query
from ..references import Name, parse_reference
from .wishes import Wishes

__all__ = ["name_reference", "query_of"]


def name_reference(text: str) -> Name:
    """Return the name that *text* is; UsageError for a file or URL."""
    reference = parse_reference(text)
    if not isinstance(reference, Name):
        raise UsageError(
            f"{text!r} is a file or URL, a name is wanted here",
            hint="name an image as `ferry list` shows it",
        )
    return reference


def query_of(name: Name, wishes: Wishes) -> Query:
    """Return the question that *name* and the flags ask together.

    Raises BadRange if no version can satisfy both.
    """
    query = Query.of(name, prereleases=wishes.prereleases, all_versions=wishes.all_versions)
    if not wishes.versions.is_any:
        query = replace(query, versions=query.versions.intersect(wishes.versions))
    if wishes.variant is None:
        return query
    if query.variant not in (None, wishes.variant):
        raise UsageError(
            f"the request asks for variant {query.variant!r}, --variant for {wishes.variant!r}",
            hint="say one of them",
        )
    return replace(query, variant=wishes.variant)
