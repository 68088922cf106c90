"""Places: the registry of a source and its mirrors, as one package's bytes are looked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from provider_core.context import Context
from provider_core.errors import NotSupported
from provider_core.model import Package

from .client import Repository
from .endpoints import Endpoint, endpoint_at, endpoint_of_host
from .memory import Memory
from .names import split_host
from .options import texts
from .registry import Registry

__all__ = ["Places", "endpoint_for", "places_of", "places_of_package"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """Where one repository is."""

    origin: Repository
    """At the registry whose name it bears."""
    mirrors: tuple[Repository, ...] = ()
    """Where it is too; to be asked first, in order, for what is pinned."""
    asks_origin: bool = True
    """Whether the origin may be asked at all (``--no-origin``)."""

    @property
    def all(self) -> tuple[Repository, ...]:
        """Every place that may be asked, in order, the origin last.

        Mirrors that did not answer a moment ago are left out, unless there is nothing else.
        """
        healthy = tuple(mirror for mirror in self.mirrors if not mirror.registry.is_silent)
        return (*healthy, self.origin) if self.asks_origin else healthy or self.mirrors

    @property
    def best(self) -> Repository:
        """The place that decides about lists: the origin, else the first mirror."""
        return self.all[-1] if self.asks_origin else self.all[0]


def endpoint_for(name: str, context: Context) -> Endpoint:
    """Return the endpoint of the context's source, else the one that *name* has in front.

    Raises UsageError, NotSupported for a name without a registry.
    """
    if context.source is not None:
        return endpoint_at(context.source.location)
    host, _ = split_host(name)
    if not host:
        raise NotSupported(
            f"{name} does not say which registry it is in",
            hint="write host/name, docker.io/name for Docker Hub",
        )
    return endpoint_of_host(host, plain=bool(context.options.get("plain-http")))


def places_of(name: str, context: Context, memory: Memory) -> Places | None:
    """Return where the repository *name* is; None if it cannot be at the context's source."""
    endpoint = endpoint_for(name, context)
    repository = endpoint.local(name)
    if repository is None:
        return None
    origin = Registry(endpoint=endpoint, context=context, memory=memory)
    return Places(
        origin=Repository(registry=origin, name=repository),
        mirrors=tuple(_mirrors(endpoint, repository, context, memory)),
        asks_origin=bool(context.options.get("origin", True)),
    )


def places_of_package(package: Package, context: Context, memory: Memory) -> Places:
    """Return where *package* is; NotSupported if its name cannot be at the context's source."""
    places = places_of(package.name, context, memory)
    if places is None:
        raise NotSupported(
            f"{package.name} cannot be the name of a repository there",
            hint="find it again",
        )
    return places


def _mirrors(
    endpoint: Endpoint, repository: str, context: Context, memory: Memory
) -> Iterator[Repository]:
    namespace = endpoint.host if context.options.get("mirror-ns") else ""
    urls = texts(context.options, "mirror")
    for place, url in enumerate(urls, start=1):
        registry = Registry(
            endpoint=endpoint_at(url),
            context=context,
            memory=memory,
            namespace=namespace,
            patient=place == len(urls) and not context.options.get("origin", True),
        )
        yield Repository(registry=registry, name=endpoint.whole(repository))
