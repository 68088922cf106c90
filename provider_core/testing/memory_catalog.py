"""What is installed and offered, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..model import Installed, Package, Query, Source, Withdrawal
from ..references import name_key

__all__ = ["MemoryCatalogView"]


class MemoryCatalogView:
    """A CatalogView over plain values.

    Example::

        catalog = MemoryCatalogView(offers=[package])
        assert catalog.offers(Query(name="box"), ["shelf"]) == (package,)
    """

    def __init__(
        self,
        *,
        installed: Iterable[Installed] = (),
        offers: Iterable[Package] = (),
        sources: Iterable[Source] = (),
        withdrawn: Iterable[Withdrawal] = (),
    ) -> None:
        self._installed = tuple(installed)
        self._offers = tuple(offers)
        self._sources = tuple(sources)
        self._withdrawn = tuple(withdrawn)

    def installed(self) -> tuple[Installed, ...]:
        """Return the installed images, as they were given."""
        return self._installed

    def images_named(self, name: str) -> tuple[Installed, ...]:
        """Return the installed images called *name*, without regard to case."""
        wanted = name_key(name)
        return tuple(image for image in self._installed if name_key(image.name) == wanted)

    def offers(self, query: Query, sources: Sequence[str]) -> tuple[Package, ...]:
        """Return the offers of *sources* that *query* wants, every version."""
        return tuple(
            package
            for package in self._offers
            if package.id.source in sources and query.wants(package)
        )

    def sources(self) -> tuple[Source, ...]:
        """Return the sources, as they were given."""
        return self._sources

    def withdrawn(self) -> tuple[Withdrawal, ...]:
        """Return the advice, as it was given."""
        return self._withdrawn
