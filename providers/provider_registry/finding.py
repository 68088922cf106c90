"""Finding: from a question to packages whose pins a registry has named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.errors import (
    AuthRequired,
    HttpStatus,
    PackageNotFound,
    TransportError,
    UsageError,
)
from provider_core.model import Package, PackageId, Query
from provider_core.oci import Descriptor

from .auth import is_denied
from .choosing import tags_meant
from .client import Repository
from .endpoints import endpoint_at
from .hub import hub_search
from .memory import Memory
from .names import is_tag
from .places import Places, places_of
from .registry import Registry

__all__ = ["PROVIDER", "find_packages", "listed_names"]

PROVIDER = "registry"
"""This provider's name."""

_AT_ONCE = 8
_MOST_TAGS = 1000
_MOST_NAMES = 100


def find_packages(query: Query, context: Context, memory: Memory) -> Iterator[Package]:
    """Yield what answers *query* in the context's source, or in the registry that it names.

    A name, with or without its host: few requests, none of them a pull.  A pattern or words: the
    names that the registry lists, where it does.

    Raises PackageNotFound for what Docker Hub neither has nor denies; AuthRequired,
    TransportError, IntegrityError; UsageError where too much would have to be asked for.
    """
    if query.name and not query.has_wildcard:
        yield from _named(query.name, query, context, memory)
        return
    for name in listed_names(query, context, memory):
        yield from _named(name, query, context, memory)


def _named(name: str, query: Query, context: Context, memory: Memory) -> Iterator[Package]:
    places = places_of(name, context, memory)
    if places is None:
        return
    source = context.source.name if context.source else ""
    try:
        for tag, pin in _pins(places, name.lower(), query, context, memory):
            memory.saw(source, name.lower(), tag, pin.digest)
            identity = PackageId(provider=PROVIDER, source=source, name=name.lower(), version=tag)
            yield Package(id=identity, pin=pin)
    except AuthRequired as error:
        if not places.origin.registry.endpoint.is_hub or not is_denied(error):
            raise
        raise PackageNotFound(
            name,
            sources=[source or "Docker Hub"],
            hint="it is not there, or it is private: `ferry source login hub` if you have access",
        ) from error
    except TransportError as error:
        if places.origin.registry.endpoint.is_hub and "place" in error.fields:
            error.hint += "; to go without Docker Hub: `ferry config set disabled_sources hub`"
        raise


def _pins(
    places: Places, name: str, query: Query, context: Context, memory: Memory
) -> Iterator[tuple[str, Descriptor]]:
    """Yield each version that answers *query* with its pin, the one to install first."""
    if query.digest is not None:
        pin = _head_of_digest(places, query.digest)
        if pin is not None:
            for version in _versions_of(query, query.digest, name, context, memory):
                yield version, pin
    elif not places.asks_origin:
        yield from _remembered(query, context)
    elif query.tag:
        if is_tag(query.tag) and (pin := places.origin.head(query.tag)):
            yield query.tag, pin
    else:
        tags = [tag for page in places.origin.tags() for tag in page]
        yield from _heads(places.origin, tags_meant(tags, query), name)


def _heads(
    repository: Repository, tags: Sequence[str], name: str
) -> Iterator[tuple[str, Descriptor]]:
    """Ask for several tags at once; those that went meanwhile are left out."""
    if len(tags) > _MOST_TAGS:
        raise UsageError(
            f"{len(tags)} versions of {name} fit, more than {_MOST_TAGS} are not asked for at once",
            hint="ask for fewer: 'name[variant]>=1.2,<2'",
        )
    if len(tags) < 2:
        pins: Iterable[Descriptor | None] = map(repository.head, tags)
        yield from ((tag, pin) for tag, pin in zip(tags, pins, strict=True) if pin is not None)
        return
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="head") as pool:
        futures = [pool.submit(repository.head, tag) for tag in tags]
        try:
            found = [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    yield from ((tag, pin) for tag, pin in zip(tags, found, strict=True) if pin is not None)


def _head_of_digest(places: Places, digest: Digest) -> Descriptor | None:
    """Return the pin of *digest* from the first place that has it.

    Raises the last place's TransportError if none could be asked.
    """
    failure: TransportError | None = None
    for repository in places.all:
        try:
            pin = repository.head(str(digest))
        except TransportError as error:
            failure = error
            continue
        if pin is not None:
            return pin
    if failure is not None:
        raise failure
    return None


def _versions_of(
    query: Query, digest: Digest, name: str, context: Context, memory: Memory
) -> tuple[str, ...]:
    """Return what versions *digest* is known as: what was asked for, or seen; '' if neither."""
    if query.tag:
        return (query.tag,)
    source = context.source.name if context.source else ""
    seen = memory.seen(source, name, digest)
    if not seen and source:
        known = context.catalog.offers(Query(name=name, digest=digest), [source])
        seen = tuple(package.version for package in known)
    return seen or ("",)


def _remembered(query: Query, context: Context) -> Iterator[tuple[str, Descriptor]]:
    """Yield what the origin named while it could be asked: mirrors are not believed about tags."""
    known = context.catalog.offers(query, [context.source.name] if context.source else [])
    if not known:
        raise TransportError(
            f"what {query.name} is now only its registry says, which --no-origin forbids",
            hint="name a digest (name@sha256:…), or add the mirror as a source if you trust it",
        )
    for package in known:
        if isinstance(package.pin, Descriptor):
            yield package.version, package.pin


def listed_names(query: Query, context: Context, memory: Memory) -> list[str]:
    """Return the names that fit a pattern or words, as far as the registry lists them.

    Docker Hub lists nothing, and is searched: that tells the best known names, not all.
    Raises AuthRequired, HttpStatus where nothing is listed; UsageError for more than 100, or
    without a word at Docker Hub.
    """
    if context.source is None:
        return []
    endpoint = endpoint_at(context.source.location)
    if endpoint.is_hub or "search-url" in context.options:
        hits = hub_search(query.words or query.name, context)
        return [hit.name for hit in hits if query.wants_name(hit.name)]
    registry = Registry(endpoint=endpoint, context=context, memory=memory)
    words = query.words.lower().split()
    names: list[str] = []
    try:
        for page in registry.catalog():
            names += (
                name
                for name in page
                if query.wants_name(name) and all(word in name for word in words)
            )
    except (AuthRequired, HttpStatus) as error:
        error.hint = f"{endpoint.host} does not list what it has; ask for a name"
        raise
    if len(names) > _MOST_NAMES:
        raise UsageError(
            f"{len(names)} names fit in {context.source.name}, more than {_MOST_NAMES}",
            hint="ask for a narrower pattern, as in 'team/*'",
        )
    return names
