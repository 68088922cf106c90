"""The use cases, a module each; `Host` is their face."""

from __future__ import annotations

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
