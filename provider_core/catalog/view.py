"""What providers may see of the catalog: questions only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..model import Installed, Package, Query, Source, Withdrawal
from .catalog import Catalog
from .offers import Offers

__all__ = ["CatalogView", "View"]


class CatalogView(Protocol):
    """The catalog, read only; each call is one short read that returns values."""

    def installed(self) -> tuple[Installed, ...]:
        """Return every installed image, by name without case, the newest version first."""

    def images_named(self, name: str) -> tuple[Installed, ...]:
        """Return the installed images called *name* in any case, the newest version first."""

    def offers(self, query: Query, sources: Sequence[str]) -> tuple[Package, ...]:
        """Return what *sources* were seen to have for *query* (`Offers.find`)."""

    def sources(self) -> tuple[Source, ...]:
        """Return the registered sources, the one to ask first in front."""

    def withdrawn(self) -> tuple[Withdrawal, ...]:
        """Return what the sources advise to use no more."""


class View:
    """The catalog and the offers of one home, as a CatalogView."""

    def __init__(self, catalog: Catalog, offers: Offers) -> None:
        self._catalog = catalog
        self._offers = offers

    def installed(self) -> tuple[Installed, ...]:
        """Return every installed image, by name without case, the newest version first."""
        return self._catalog.installed()

    def images_named(self, name: str) -> tuple[Installed, ...]:
        """Return the installed images called *name* in any case, the newest version first."""
        return self._catalog.images_named(name)

    def offers(self, query: Query, sources: Sequence[str]) -> tuple[Package, ...]:
        """Return what *sources* were seen to have for *query* (`Offers.find`)."""
        return self._offers.find(query, sources)

    def sources(self) -> tuple[Source, ...]:
        """Return the registered sources, the one to ask first in front."""
        return self._catalog.sources()

    def withdrawn(self) -> tuple[Withdrawal, ...]:
        """Return what the sources advise to use no more."""
        return tuple(one for advice in self._offers.withdrawn().values() for one in advice)
