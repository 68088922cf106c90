"""From what was typed to a question: the request's own words and the flags, both must hold."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..errors import UsageError
from ..model import Query
from ..references import Name, parse_reference
from .wishes import Wishes

__all__ = ["Request", "name_reference", "query_of", "request_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was typed for one image, and where alone it is looked for."""

    text: str
    """As `parse_reference` reads it."""
    source: str = ""
    """The source to ask, by name; '' for what the wishes say."""
    entry: str = ""
    """The entry of a list that it was made from; '' if it was typed so."""

    def wishes(self, common: Wishes) -> Wishes:
        """Return *common* with what is said for this one alone."""
        return replace(common, source=self.source) if self.source else common


def request_of(asked: str | Request) -> Request:
    """Return *asked* as a Request."""
    return asked if isinstance(asked, Request) else Request(text=asked)


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
