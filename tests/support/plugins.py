"""Plugins for the tests of the host: one that is right, and the means to make wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from provider_core.context import Context
from provider_core.discovery import Candidate
from provider_core.hookspecs import ProviderSpec, hookimpl
from provider_core.model import Feature, Package, PackageId, ProviderInfo, Query
from provider_core.plugins import Plugins, instance_candidate
from provider_core.testing.images import small_image

__all__ = ["Good", "candidate", "card", "package", "plugins_of"]

IMAGE = small_image({"hello.txt": b"hello"})


def card(name: str = "good", *features: Feature, contract: int = 1) -> ProviderInfo:
    """Return a provider's card with *features*."""
    return ProviderInfo(name=name, version="1.0", features=frozenset(features), contract=contract)


def package(
    name: str = "box", version: str = "1.0", *, provider: str = "good", source: str = ""
) -> Package:
    """Return an offer, all of them of the same image."""
    identity = PackageId(provider=provider, source=source, name=name, version=version)
    return Package(id=identity, pin=IMAGE.root)


class Good(ProviderSpec):
    """Finds one package."""

    def __init__(self, name: str = "good") -> None:
        self.name = name

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        return card(self.name, Feature.FIND)

    @hookimpl
    def find(self, query: Query, context: Context) -> Iterator[Package]:
        source = context.source.name if context.source else ""
        yield package(query.name, provider=self.name, source=source)


def candidate(load: Callable[[], object], name: str = "good", *, policy: bool = False) -> Candidate:
    """Return what an installed entry point would be."""
    return Candidate(name=name, origin="test 1.0", policy=policy, load=load)


def plugins_of(*plugins: object, disabled: Iterable[str] = ()) -> Plugins:
    """Return the Plugins of a host that is given *plugins*; candidates among them stay."""
    candidates = [one if isinstance(one, Candidate) else instance_candidate(one) for one in plugins]
    return Plugins(lambda: candidates, disabled=disabled)
