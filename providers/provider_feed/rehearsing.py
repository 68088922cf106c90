"""Rehearsing a reading: on a copy of what is remembered, with bytes that can be given again."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from feed_format import Fetch
from provider_core.disk.failures import disk_errors
from provider_core.errors import NotFoundError

__all__ = ["Replaying", "copied", "made"]


class Replaying:
    """A way to files that can give again what it gave last, so that both readings see the same."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._given: dict[str, bytes | NotFoundError] = {}
        self._replays = False

    def last(self, path: str) -> bytes:
        """Return what was given last for *path*, which was there."""
        given = self._given[path]
        return given if isinstance(given, bytes) else b""

    def replay(self) -> None:
        """From now on, ask for nothing that was asked for before."""
        self._replays = True

    def __call__(self, path: str, limit: int, /) -> bytes:
        if not (self._replays and path in self._given):
            try:
                self._given[path] = self._fetch(path, limit)
            except NotFoundError as error:
                self._given[path] = error
        given = self._given[path]
        if isinstance(given, NotFoundError):
            raise given
        return given


@contextmanager
def copied(folder: Path) -> Iterator[Path]:
    """Yield a copy of *folder*, empty if it is not there, which goes with the block.

    Raises NoSpace, StoreError.
    """
    with disk_errors(folder), tempfile.TemporaryDirectory(dir=made(folder.parent)) as place:
        copy = Path(place) / folder.name
        if folder.is_dir():
            shutil.copytree(folder, copy)
        else:
            copy.mkdir()
        yield copy


def made(folder: Path) -> Path:
    """Return the private folder *folder*, made if it is not there.  Raises StoreError."""
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
