"""The use cases, a module each; `Host` is their face."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy import lazy_names

if TYPE_CHECKING:
    from .host import Host
    from .results import (
        HistoryEntry,
        InstallResult,
        RefreshResult,
        Removal,
        SaveResult,
        SourceRow,
    )
    from .wishes import Wishes

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "host": ("Host",),
        "results": (
            "HistoryEntry",
            "InstallResult",
            "RefreshResult",
            "Removal",
            "SaveResult",
            "SourceRow",
        ),
        "wishes": ("Wishes",),
    },
)

__all__ = [
    "HistoryEntry",
    "Host",
    "InstallResult",
    "RefreshResult",
    "Removal",
    "SaveResult",
    "SourceRow",
    "Wishes",
]
