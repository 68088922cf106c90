"""The archive provider on a bench: its hooks called as a host would, over a memory store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provider_archive import ArchiveProvider
from provider_core.context import Context
from provider_core.model import Content, Contents, Held, Package, Query, Saved, Source
from provider_core.platforms import PlatformSet
from provider_core.references import FilePath
from provider_core.store import Store
from provider_core.testing import MemoryStore, make_context

from .images import AMD64

__all__ = ["ALL", "Bench", "held"]

ALL = PlatformSet.all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One home's worth of doubles; linux/amd64 is wanted unless a call says otherwise."""

    store: Store = field(default_factory=MemoryStore)
    provider: ArchiveProvider = field(default_factory=ArchiveProvider)
    source: Source | None = None

    def context(self, platforms: PlatformSet | None = None, **options: Any) -> Context:
        """Return a context for one call."""
        wanted = platforms or PlatformSet.of(AMD64)
        return make_context(self.source, platforms=wanted, options=options)

    def resolve(self, path: Path, **options: Any) -> list[Package]:
        """List what a file or folder holds."""
        return list(self.provider.resolve(FilePath(path=str(path)), self.context(**options)))

    def find(self, name: str = "") -> list[Package]:
        """Ask the source."""
        return list(self.provider.find(Query(name=name), self.context()))

    def contents(self, package: Package, platforms: PlatformSet | None = None) -> Contents | None:
        """List the blobs of a package."""
        return self.provider.contents(package, self.store, self.context(platforms))

    def install(self, package: Package, platforms: PlatformSet | None = None) -> Content:
        """Pour a package into the store."""
        with self.store.lease() as lease:
            content = self.provider.install(
                package, self.store, self.store.writer(lease), self.context(platforms)
            )
        assert content is not None
        return content

    def install_all(self, path: Path, platforms: PlatformSet | None = None) -> list[Held]:
        """Install whatever a file or folder holds, ready to be saved."""
        return [held(package, self.install(package, platforms)) for package in self.resolve(path)]

    def save(self, images: Sequence[Held], destination: Path, *, force: bool = False) -> Saved:
        """Write an archive."""
        context = self.context(force=force)
        saved = self.provider.save(images, str(destination), self.store, context)
        assert saved is not None
        return saved


def held(package: Package, content: Content, *names: str) -> Held:
    """Return an image as `save` gets it, every platform of it."""
    own = f"{package.name}:{package.version or 'latest'}"
    return Held(package=package, content=content, names=(own, *names), platforms=content.platforms)
