"""find: what the sources have, and which of them could not say."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from ..errors import Error, NotFoundError, PackageNotFound, worst
from ..model import FindResult, Package, Query, Source, Verb
from ..platforms import nothing_for
from ..references import Name
from .active_sources import active_sources
from .asking import ask
from .awaiting import awaited
from .choosing import for_platforms, newest_of_each
from .options import check_wishes
from .requests import name_reference, query_of
from .resolving import asked, by_hosts
from .versions_there import versions_at_host
from .wishes import Wishes
from .withdrawn import taken_back

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["find"]

AT_ONCE = 8
"""Sources that are asked at the same time."""


def find(resources: Resources, requests: Sequence[str], words: str, wishes: Wishes) -> FindResult:
    """Ask every source each question and gather answers and faults.

    An exact name that is nowhere is a fault too, PackageNotFound, and so is one with nothing for
    the platforms of the user's, NotSupported.  Raises the worst fault when
    there is nothing else to say, or with ``wishes.strict``.
    """
    check_wishes(resources, wishes.options, Verb.FIND)
    sources = active_sources(resources, wishes.source)
    packages: list[Package] = []
    faults: list[Error] = []
    for query in _questions(requests, words, wishes):
        found, failed = _ask_in_turn(resources, sources, query, wishes)
        fitting = for_platforms(found, wishes.platforms)
        if found:  # why one source has nothing is of no interest then
            failed = [fault for fault in failed if not isinstance(fault, NotFoundError)]
        if found and not fitting and wishes.platforms is not None and _is_exact(query):
            there = (platform for package in found for platform in package.platforms)
            failed.append(nothing_for(wishes.platforms, there, what=_text(query)))
        packages += newest_of_each(fitting, query)
        faults += failed
        if not found and not failed and _is_exact(query):
            names = asked(resources, query.name, wishes)
            faults.append(PackageNotFound(_text(query), sources=names))
    if faults and (wishes.strict or not packages):
        raise worst(faults)
    return FindResult(packages=tuple(packages), faults=tuple(faults))


def _questions(requests: Sequence[str], words: str, wishes: Wishes) -> list[Query]:
    if requests:
        return [query_of(name_reference(text), wishes) for text in requests]
    return [
        Query(
            words=words,
            versions=wishes.versions,
            variant=wishes.variant,
            prereleases=wishes.prereleases,
            all_versions=wishes.all_versions,
        )
    ]


def _ask_in_turn(
    resources: Resources, sources: Sequence[Source], query: Query, wishes: Wishes
) -> tuple[list[Package], list[Error]]:
    """Ask last resorts only for what the others do not have: no name of theirs is told."""
    last = [source for source in sources if source.is_last_resort and not query.is_broad]
    first = [source for source in sources if source not in last]
    found, failed = _ask_all(resources, first, query, wishes)
    gone = [] if found else [taken_back(resources, source, query) for source in first]
    failed += filter(None, gone)
    if not found and last and not any(gone):
        found, further = _ask_all(resources, last, query, wishes)
        failed += further
    if not found and not failed and not wishes.source:
        return _ask_its_host(resources, query, wishes)
    return found, failed


def _ask_its_host(
    resources: Resources, query: Query, wishes: Wishes
) -> tuple[list[Package], list[Error]]:
    """Ask the registry whose host is in front of the name; it need not be a source."""
    if not query.name or query.has_wildcard:
        return [], []
    name = Name(
        name=query.name,
        tag=query.tag,
        variant=query.variant,
        versions=query.versions,
        digest=query.digest,
    )
    try:
        if query.all_versions or query.prereleases:  # which the name alone cannot say
            return versions_at_host(resources, query, wishes), []
        return [chosen.package for chosen in by_hosts(resources, name, wishes)], []
    except Error as error:
        return [], [error]


def _ask_all(
    resources: Resources, sources: Sequence[Source], query: Query, wishes: Wishes
) -> tuple[list[Package], list[Error]]:
    stop = resources.cancel.child()

    def one(source: Source) -> tuple[Package, ...] | Error:
        try:
            return ask(resources, source, query, wishes, verb=Verb.FIND, cancel=stop)
        except Error as error:
            return error

    pool = ThreadPoolExecutor(max_workers=AT_ONCE)
    try:
        futures = [pool.submit(one, source) for source in sources]
        answers = [awaited(future).result() for future in futures]
    except BaseException:
        stop.cancel()  # leaving the pool as a context manager would wait for every answer
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    resources.cancel.check()
    packages: list[Package] = []
    faults: list[Error] = []
    for answer in answers:
        if isinstance(answer, Error):
            faults.append(answer)
        else:
            packages += answer
    return packages, faults


def _is_exact(query: Query) -> bool:
    return bool(query.name) and not query.has_wildcard


def _text(query: Query) -> str:
    return f"{query.name}:{query.tag}" if query.tag else f"{query.name}{query.versions}"
