"""RegistryProvider: the hooks, each a few lines over the modules that do the work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from provider_core.context import Context
from provider_core.hookspecs import ProviderSpec, hookimpl
from provider_core.model import (
    Content,
    Contents,
    Destination,
    Feature,
    Found,
    Held,
    OptionSpec,
    Package,
    ProviderInfo,
    Query,
    Saved,
    Source,
    Verb,
)
from provider_core.references import Name, Reference, Uri, parse_reference
from provider_core.store import Reader, Writer
from provider_core.transport import network_options

from . import hub, limits, logins
from .contents import contents_of
from .endpoints import endpoint_at
from .finding import PROVIDER, find_packages, listed_names
from .installing import install_image
from .memory import Memory
from .names import HUB, split_host
from .options import OPTIONS
from .sources import HUB_SOURCE, checked_source

__all__ = ["RegistryProvider"]

_SCHEMES = ("registry", "docker")


class RegistryProvider(ProviderSpec):
    """Images in registries: Docker Hub, its mirrors, any registry of the OCI specification.

    A name is asked for in the source; one with a registry's host in front needs no source.
    """

    def __init__(self) -> None:
        self._memory = Memory()

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        """Return the card; no I/O."""
        return ProviderInfo(
            name=PROVIDER,
            version="0.1.0",
            summary="Docker Hub, its mirrors, any registry of the OCI specification",
            features=frozenset(
                {
                    Feature.FIND,
                    Feature.SEARCH,
                    Feature.RESOLVE,
                    Feature.CONTENTS,
                    Feature.INSTALL,
                    Feature.SAVE,
                    Feature.CHECK_SOURCE,
                }
            ),
            schemes=_SCHEMES,
            takes_hosts=True,
            saves=(Destination(scheme="registry", takes=("*/*",)),),
            sources=(HUB_SOURCE,),
        )

    @hookimpl
    def options(self) -> Iterable[OptionSpec]:
        """List what sources and verbs may be told."""
        network = network_options(Verb.SOURCE, Verb.INSTALL, Verb.SAVE)
        return (
            *OPTIONS,
            *network,
            *logins.OPTIONS,
            *hub.OPTIONS,
            *limits.OPTIONS,
        )

    @hookimpl
    def check_source(self, source: Source, context: Context) -> Source:
        """Take the URL of a registry; see `sources.checked_source`."""
        return checked_source(source, context, self._memory)

    @hookimpl
    def find(self, query: Query, context: Context) -> Iterator[Package]:
        """Yield what the registry has; see `finding.find_packages`."""
        return find_packages(query, context, self._memory)

    @hookimpl
    def search(self, words: str, limit: int, context: Context) -> Iterator[Found]:
        """Yield what Docker Hub's search has for *words*, or which names a registry lists."""
        source = context.source
        if source is None:
            return
        if not endpoint_at(source.location).is_hub and "search-url" not in context.options:
            for name in listed_names(Query(words=words), context, self._memory)[:limit]:
                yield Found(source=source.name, name=name)
            return
        if hint := hub.moved_hint(words):
            context.progress.notice(hint)
        for hit in hub.hub_search(words, context, limit=limit):
            yield Found(
                source=source.name,
                name=hit.name,
                summary=hit.summary,
                stars=hit.stars,
                is_official=hit.is_official,
            )

    @hookimpl
    def resolve(self, reference: Reference, context: Context) -> Iterable[Package]:
        """Yield the image that ``host/name:tag`` or ``docker://name`` means, the best first."""
        if isinstance(reference, Uri) and reference.scheme in _SCHEMES:
            name = parse_reference(reference.rest)
            if isinstance(name, Name) and not split_host(name.name)[0]:
                name = parse_reference(f"{HUB}/{reference.rest}")
            reference = name
        if not isinstance(reference, Name) or not split_host(reference.name)[0]:
            return ()
        return find_packages(Query.of(reference), context, self._memory)

    @hookimpl
    def contents(self, package: Package, reader: Reader, context: Context) -> Contents | None:
        """List the blobs of *package* as far as they are known here; never a pull."""
        return contents_of(package, reader, context)

    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Pour *package* into the store, referrers too; see `installing.install_image`."""
        return install_image(package, reader, writer, context, self._memory)

    @hookimpl
    def save(
        self, images: Sequence[Held], destination: str, reader: Reader, context: Context
    ) -> Saved | None:
        """Push *images* to ``registry://host/prefix``; see `push.push_images`."""
        from .push import push_images  # a pull must not wait for it

        return push_images(images, destination, reader, context, self._memory)
