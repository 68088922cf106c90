"""What a feed offers, as packages: everything, or what changed since the catalog last heard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from feed_format import (
    WITHDRAWN_TARGET,
    Document,
    DocumentRef,
    fetch_document,
    packages_of,
    parse_withdrawals,
)
from feed_format.paths import role_file
from feed_format.published_state import METADATA_LIMIT
from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.model import Package, PackageId, Query, Snapshot, Withdrawal
from provider_core.oci import Descriptor

from .carried import carried_names
from .identity import PROVIDER
from .trusting import OpenedFeed

__all__ = ["everything", "snapshot"]


def snapshot(opened: OpenedFeed, since: str | None, context: Context) -> Snapshot | None:
    """Return what is different from the state *since*; None if nothing is.

    Documents that changed are fetched while the answer is read, many at once.
    """
    if context.source is None:
        raise TypeError("a snapshot is of a source")
    token, source = _token(opened), context.source.name
    if token == since:
        return None
    if opened.is_evidence:
        return _whole(opened, token, everything(opened, source, context))
    before = since.partition(" ")[0] if since else None
    changes = opened.reader.changes(before)
    if before is not None:
        opened.reader.forget_except(before, changes.token)
    offered = _packages(_documents(opened, changes.changed, context), source)
    if changes.since is None:
        return _whole(opened, token, offered)
    now = tuple(offered)
    names = {*changes.removed, *(ref.name for ref in changes.changed)}
    gone = _gone(names, now, source, context)
    return replace(_whole(opened, token, now), since=since, removed=gone)


def _whole(opened: OpenedFeed, token: str, offered: Iterable[Package]) -> Snapshot:
    return Snapshot(
        since=None,
        token=token,
        upserts=offered,
        facts=_facts(opened),
        until=opened.until.isoformat(timespec="seconds"),
        withdrawn=_withdrawn(opened),
    )


def _withdrawn(opened: OpenedFeed) -> tuple[Withdrawal, ...]:
    """Return what the feed advises; what a bundle carries of a publisher has only its offers."""
    data = None if opened.is_evidence else opened.reader.file(WITHDRAWN_TARGET)
    return () if data is None else parse_withdrawals(data)


def _facts(opened: OpenedFeed) -> dict[str, str]:
    """Return what an inventory tells of the feed."""
    facts = {"version": str(opened.feed.version)}
    if opened.series is not None:
        facts |= {"series": opened.series.id, "bundle": str(opened.series.version)}
    return facts


def _token(opened: OpenedFeed) -> str:
    """Return what names the state: the content, how long it may be believed, the advice.

    What a bundle carries of a publisher differs from bundle to bundle, so its pointer is in it.
    """
    token = f"{opened.reader.token} {opened.until.isoformat(timespec='seconds')}"
    if not opened.is_evidence:
        advice = opened.feed.list.files.get(WITHDRAWN_TARGET)
        return f"{token} {advice.digest.hex}" if advice else token
    return f"{token} {Digest.of(opened.place.fetch(role_file('timestamp'), METADATA_LIMIT)).hex}"


def everything(opened: OpenedFeed, source: str, context: Context) -> Iterator[Package]:
    """Yield every package of the feed; of evidence, those that the bundle carries."""
    if not opened.is_evidence:
        yield from _packages(_documents(opened, opened.reader.names(), context), source)
        return
    for document in carried_names(opened):
        for package in packages_of(document, PROVIDER, source):
            if isinstance(package.pin, Descriptor) and opened.place.has(package.pin):
                yield package


def _documents(
    opened: OpenedFeed, refs: Iterable[DocumentRef], context: Context
) -> Iterator[Document]:
    def fetch(ref: DocumentRef) -> Document:
        context.check()
        return fetch_document(opened.place.fetch, ref)

    if opened.place.files_at_once == 1:
        yield from map(fetch, refs)
        return
    with ThreadPoolExecutor(opened.place.files_at_once) as threads:
        try:
            yield from threads.map(fetch, refs)
        finally:
            threads.shutdown(cancel_futures=True)


def _packages(documents: Iterable[Document], source: str) -> Iterator[Package]:
    for document in documents:
        yield from packages_of(document, PROVIDER, source)


def _gone(
    names: Iterable[str], now: Iterable[Package], source: str, context: Context
) -> list[PackageId]:
    """Return what the catalog has of *names* and the feed no longer."""
    still = {package.id for package in now}
    known = (
        package.id
        for name in names
        for package in context.catalog.offers(_every_version(name), [source])
    )
    return [identity for identity in known if identity not in still]


def _every_version(name: str) -> Query:
    return Query(name=name, all_versions=True, prereleases=True)
