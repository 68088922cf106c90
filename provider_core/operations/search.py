"""search: names that fit some words, from sources with a search of their own and from offers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..errors import Error, UsageError, worst
from ..model import Feature, Found, Package, Query, SearchResult, Source, Verb
from ..references import name_key
from .active_sources import active_sources
from .asking import ask, require_trust
from .calls import open_call
from .options import check_wishes
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["search"]


def search(resources: Resources, words: str, limit: int, wishes: Wishes) -> SearchResult:
    """Ask every source which names fit *words*, at most *limit* of each source.

    A source whose provider has Feature.SEARCH is searched; offline, and at the others, names are
    those of offers with these words, all of them for stars alone.  Raises the worst fault when
    there is nothing else to say, or with ``wishes.strict``; UsageError for words that a source
    cannot search for.
    """
    check_wishes(resources, wishes.options, Verb.FIND)
    found: list[Found] = []
    faults: list[Error] = []
    for source in active_sources(resources, wishes.source):
        try:
            found += _in_source(resources, source, words, limit, wishes)[:limit]
        except Error as error:
            faults.append(error)
    resources.cancel.check()
    refused = [fault for fault in faults if isinstance(fault, UsageError)]
    if faults and (wishes.strict or refused or not found):
        raise worst(refused or faults)
    return SearchResult(found=tuple(found), faults=tuple(faults))


def _in_source(
    resources: Resources, source: Source, words: str, limit: int, wishes: Wishes
) -> Sequence[Found]:
    require_trust(source, wishes)
    away = not source.is_local and not resources.settings.offline
    if away and not source.indexed and _can_search(resources, source):
        call = open_call(resources, source.provider, source, verb=Verb.FIND, options=wishes.options)
        return resources.dispatcher.search(source.provider, words, limit, call.context)
    every = Query(words="" if not words.strip("*? ") else words)
    return _names(ask(resources, source, every, wishes, verb=Verb.FIND))


def _can_search(resources: Resources, source: Source) -> bool:
    return Feature.SEARCH in resources.plugins.get(source.provider).info.features


def _names(packages: Iterable[Package]) -> list[Found]:
    """Return each name once, in alphabetical order."""
    names = {name_key(package.name): package for package in packages}
    return [
        Found(source=names[key].id.source, name=names[key].name, summary=names[key].summary)
        for key in sorted(names)
    ]
