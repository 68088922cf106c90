"""The flush that comes before content is named: what another process made visible counts too."""

from __future__ import annotations

import threading

from ..disk.durable import sync_folder
from ..disk.failures import translated
from ..errors import Error
from .layout import ALGORITHMS, Layout

__all__ = ["Flushing"]


class Flushing:
    """Flushes the folders of blobs, and never again once that has failed."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._mutex = threading.Lock()
        self._failure: Error | None = None

    def flush(self) -> None:
        """Do what `Store.flush` promises; the layout is there already."""
        with self._mutex:
            if self._failure is not None:
                raise self._failure
            for algorithm in ALGORITHMS:
                folder = self._layout.blobs / algorithm
                try:
                    sync_folder(folder)
                except OSError as error:
                    self._failure = translated(error, folder)
                    raise self._failure from error
