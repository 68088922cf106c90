"""What a host knows: the historic catalog of images, and the offers that sources were seen to have.

`Catalog` is small, durable and keeps every revision; `Offers` is large, answers finds without
asking anybody, and can be made anew from the sources.  `View` shows both to providers, read only.
Only operations change the catalog.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy import lazy_names

if TYPE_CHECKING:
    from .catalog import Catalog
    from .changing import CatalogChange
    from .history import Change, Revision
    from .offers import Offers, OffersState
    from .view import CatalogView, View

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "catalog": ("Catalog",),
        "changing": ("CatalogChange",),
        "history": (
            "Change",
            "Revision",
        ),
        "offers": (
            "Offers",
            "OffersState",
        ),
        "view": (
            "CatalogView",
            "View",
        ),
    },
)

__all__ = [
    "Catalog",
    "CatalogChange",
    "CatalogView",
    "Change",
    "Offers",
    "OffersState",
    "Revision",
    "View",
]
