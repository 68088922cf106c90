"""Installing in a test: one package into a memory store, with what was written."""

from __future__ import annotations

from provider_core.context import Context
from provider_core.model import Content, Package, PackageId, Source
from provider_core.oci import Descriptor
from provider_core.testing import MemoryStore
from provider_registry import RegistryProvider

from .fake_registry import URL

__all__ = ["WORK", "install", "package_of"]

WORK = Source(name="work", provider="registry", location=URL)


def package_of(pin: Descriptor, name: str = "team/app", source: str = "work") -> Package:
    """Return an offer of *pin*."""
    identity = PackageId(provider="registry", source=source, name=name, version="1.0")
    return Package(id=identity, pin=pin)


def install(
    package: Package,
    context: Context,
    store: MemoryStore | None = None,
    provider: RegistryProvider | None = None,
) -> tuple[Content, MemoryStore]:
    """Install *package*; return its content and the store."""
    store = store or MemoryStore()
    with store.lease() as lease:
        content = (provider or RegistryProvider()).install(
            package, store, store.writer(lease), context
        )
    assert content is not None
    return content, store
