"""Progress that remembers what it was told."""

from __future__ import annotations

import threading

__all__ = ["RecordingProgress"]


class RecordingProgress:
    """A Progress to look at afterwards; thread-safe.

    Example::

        progress = RecordingProgress()
        provider.install(package, reader, writer, make_context(source, progress=progress))
        assert progress.advanced["layer"] == progress.totals["layer"]
    """

    def __init__(self) -> None:
        self.labels: dict[str, str] = {}
        """Label of each piece that was started, by its key."""
        self.totals: dict[str, int | None] = {}
        """Bytes that each piece was started with; None if unknown."""
        self.advanced: dict[str, int] = {}
        """Bytes done of each piece."""
        self.ended: list[str] = []
        """Keys of the pieces that ended, in order."""
        self.notices: list[str] = []
        """Sentences for the user, in order."""
        self._lock = threading.Lock()

    def start(self, key: str, label: str, total: int | None) -> None:
        """Note a new piece of work."""
        with self._lock:
            self.labels[key] = label
            self.totals[key] = total
            self.advanced.setdefault(key, 0)

    def advance(self, key: str, count: int) -> None:
        """Count *count* more bytes."""
        with self._lock:
            self.advanced[key] = self.advanced.get(key, 0) + count

    def done(self, key: str) -> None:
        """Note the end of a piece."""
        with self._lock:
            self.ended.append(key)

    def notice(self, text: str) -> None:
        """Keep a sentence."""
        with self._lock:
            self.notices.append(text)
