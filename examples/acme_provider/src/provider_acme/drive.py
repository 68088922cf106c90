"""The one drive of a folder of tapes."""

from __future__ import annotations

import io
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from provider_core.errors import NoSuchFile

from .tape import Label, Tape

__all__ = ["Drive"]

SUFFIX = ".tape"


class Drive:
    """Mounts one tape at a time, which takes a while; whoever uses it waits for the others."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mounts = 0
        """How often a tape was put in."""
        self._lock = threading.Lock()
        self._mounted: tuple[str, Tape] | None = None

    def labels(self) -> Iterator[tuple[str, Label]]:
        """Read the label of every tape: its file's name, and what is on it.

        Raises NoSuchFile, DocumentError.
        """
        if not self.folder.is_dir():
            raise NoSuchFile(self.folder)
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            with path.open("rb") as stream:
                yield path.name, Tape(stream).label

    @contextmanager
    def at(self, file: str, record: int, check: Callable[[], None]) -> Iterator[Tape]:
        """Hold the drive with the tape *file* wound to *record*; it stays in afterwards.

        Raises NoSuchFile, DocumentError, and what *check* raises while the tape winds.
        """
        with self._lock:
            tape, self._mounted = self._forward(file, record), None  # lost unless all goes well
            while tape.record < record:
                for _ in tape.blobs(check):
                    check()
            yield tape
            self._mounted = (file, tape)

    def _forward(self, file: str, record: int) -> Tape:
        """Return the tape that is in if it need not be rewound, else mount it."""
        if self._mounted is not None and self._mounted[0] == file:
            tape = self._mounted[1]
            if tape.record <= record:
                return tape
        self.mounts += 1
        return Tape(_mount(self.folder / file))


def _mount(path: Path) -> BinaryIO:
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise NoSuchFile(path) from error
    # The tape outlives the call that mounted it; it is let go together with its stream.
    stream = io.BufferedReader(io.FileIO(handle, closefd=False))
    weakref.finalize(stream, os.close, handle)
    return stream
