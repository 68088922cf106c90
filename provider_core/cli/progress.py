"""How far things are, on stderr: bars on a terminal, lines or JSON for logs and programs."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from .inert import inert
from .render import Output
from .units import size

if TYPE_CHECKING:
    from ..context import Progress

__all__ = ["BarProgress", "JsonProgress", "PlainProgress", "choose_progress"]

INTERVAL = 0.5
"""Seconds between two JSON events of one piece of work."""


def choose_progress(kind: str, output: Output) -> Progress:
    """Return what shows progress as *kind* says; ``auto``: bars if a person is looking.

    With ``none`` too, what a provider wants to be read is told.
    """
    if kind == "plain":
        return PlainProgress(output)
    if kind == "json":
        return JsonProgress(output)
    if kind == "none":
        return _Notices(output)
    watched = sys.stderr is not None and sys.stderr.isatty() and not output.json
    return BarProgress(output) if watched else _Notices(output)


class _Notices:
    """Shows nothing but what a provider wants to be read."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def start(self, key: str, label: str, total: int | None) -> None:
        """Do nothing."""

    def advance(self, key: str, count: int) -> None:
        """Do nothing."""

    def done(self, key: str) -> None:
        """Do nothing."""

    def notice(self, text: str) -> None:
        """Tell the user one sentence."""
        self._output.notice(text)


class PlainProgress:
    """A line when a piece of work begins, and one when it ends."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._labels: dict[str, str] = {}

    def start(self, key: str, label: str, total: int | None) -> None:
        """Begin a piece."""
        self._labels[key] = label
        self._output.notice(f"{label}: {size(total)}" if total is not None else label)

    def advance(self, key: str, count: int) -> None:
        """Say nothing."""

    def done(self, key: str) -> None:
        """End a piece."""
        label = self._labels.pop(key, None)
        if label is not None:
            self._output.notice(f"{label}: done")

    def notice(self, text: str) -> None:
        """Tell the user one sentence."""
        self._output.notice(text)


class JsonProgress:
    """Events for programs: started, advanced (at most twice a second a piece), done."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._pieces: dict[str, dict[str, Any]] = {}
        self._told: dict[str, float] = {}
        self._lock = threading.Lock()

    def start(self, key: str, label: str, total: int | None) -> None:
        """Begin a piece."""
        with self._lock:
            self._pieces[key] = {"key": key, "label": label, "total": total, "done": 0}
            self._tell(key, "start")

    def advance(self, key: str, count: int) -> None:
        """Add to a piece."""
        with self._lock:
            if key in self._pieces:
                self._pieces[key]["done"] += count
                if time.monotonic() - self._told[key] >= INTERVAL:
                    self._tell(key, "advance")

    def done(self, key: str) -> None:
        """End a piece."""
        with self._lock:
            if key in self._pieces:
                self._tell(key, "done")
                del self._pieces[key], self._told[key]

    def notice(self, text: str) -> None:
        """Tell the user one sentence."""
        self._output.event({"schema": "ferry.notice/1", "text": text})

    def _tell(self, key: str, event: str) -> None:
        self._told[key] = time.monotonic()
        self._output.event({"schema": "ferry.progress/1", "event": event, **self._pieces[key]})


class BarProgress:
    """A bar for each piece of work, gone when it is done."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._bars: dict[str, Any] = {}
        self._lock = threading.RLock()

    def start(self, key: str, label: str, total: int | None) -> None:
        """Show a bar."""
        with self._lock:
            self.done(key)
            self._bars[key] = _bar_class()(
                total=total,
                desc=inert(label)[:40],
                unit="B",
                unit_scale=True,
                leave=False,
                dynamic_ncols=True,
                file=sys.stderr,
            )

    def advance(self, key: str, count: int) -> None:
        """Move a bar."""
        with self._lock:
            if key in self._bars:
                self._bars[key].update(count)

    def done(self, key: str) -> None:
        """Take a bar away."""
        with self._lock:
            bar = self._bars.pop(key, None)
            if bar is not None:
                bar.close()

    def notice(self, text: str) -> None:
        """Tell the user one sentence, above the bars."""
        from tqdm import tqdm

        with self._lock, tqdm.external_write_mode(file=sys.stderr):
            self._output.notice(text)


def _bar_class() -> Any:
    """Return tqdm with a lock of threads alone and without its watching thread."""
    from tqdm import tqdm

    if not hasattr(tqdm, "_lock"):
        tqdm.set_lock(threading.RLock())
    tqdm.monitor_interval = 0
    return tqdm
