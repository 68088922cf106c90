"""Which bundle was the last: read, for each root that is known; or written, by this home."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from feed_format import Series, check_series
from feed_format.feed_folder import FeedFolder
from provider_core.errors import IntegrityError, NotFoundError

from .option_names import SERIES

__all__ = ["SeriesMemory"]

_FILE: Final = "series.json"
_LIMIT: Final = 64 << 10


class SeriesMemory:
    """The last bundle, kept in *folder*, whose lock the caller holds."""

    def __init__(self, folder: Path) -> None:
        self._folder = FeedFolder(folder)
        self._last = self._read()

    @property
    def version(self) -> int:
        """Version of the last bundle; 0 if there was none."""
        return self._last.version if self._last else 0

    @property
    def series(self) -> str:
        """Its series; '' if there was none."""
        return self._last.id if self._last else ""

    def check(self, found: Series | None, options: Mapping[str, Any]) -> None:
        """Raise unless *found* may follow what was read before.

        The series is the one of the option ``series``, else the one that was read first.

        Raises IntegrityError for another series, or none where one is expected; Rollback.
        """
        expected = options.get(SERIES) or self.series
        if found is None:
            if expected:
                raise IntegrityError(
                    f"this is no bundle of the series {expected!r}",
                    hint="the medium holds something else; ask for the bundle of your series",
                    expected=expected,
                )
            return
        same = self._last is not None and self._last.id == found.id
        seen = self._last.version if self._last and same else 0
        check_series(found, expected=expected or found.id, seen=seen)

    def remember(self, found: Series | None) -> None:
        """Keep *found* as the last one.  Raises NoSpace, StoreError."""
        if found is not None and found != self._last:
            self._folder.replace(_FILE, found.as_bytes())

    def _read(self) -> Series | None:
        try:
            return Series.parse(self._folder.read(_FILE, _LIMIT))
        except NotFoundError:
            return None
