"""Out of an engine: an archive of one of its images, for as long as an operation needs it.

An engine can be read only from start to end, and providers seek.  So its archive lies in the
home's spool meanwhile; what a killed process left there goes with the next one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from ..disk.failures import disk_errors
from ..engines import Engine, EngineImage
from ..store.locks import claim

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["Exports"]

_SUFFIX = ".export.tar"


class Exports:
    """Archives that engines wrote; each goes with the operation of the thread that asked."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._running = threading.local()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep what this thread exports until the block ends."""
        outer = getattr(self._running, "stack", None)
        with ExitStack() as stack:
            self._running.stack = outer or stack
            try:
                yield
            finally:
                self._running.stack = outer

    def fetch(self, engine: Engine, image: EngineImage, name: str) -> Path:
        """Write an archive of *image* and return its path; inside a `kept` block only.

        Raises EngineSilent, EngineRefused, NoSpace, StoreError.
        """
        folder = self._resources.home.folder("spool")
        _sweep(folder)
        path = folder / f"{uuid4().hex}{_SUFFIX}"
        with disk_errors(path):
            fd = claim(path, create=True)
            assert fd is not None, "nobody else knows the name"
            stack: ExitStack = self._running.stack
            stack.callback(_drop, path, fd)
            self._write(fd, engine, image, name)
        return path

    def _write(self, fd: int, engine: Engine, image: EngineImage, name: str) -> None:
        progress = self._resources.progress
        key = name or image.image_id.short
        if progress is not None:
            progress.start(key, f"reading {key} from {engine.address.name}", image.size or None)
        with open(fd, "wb", closefd=False) as file:
            for piece in engine.export(image, name):
                self._resources.cancel.check()
                file.write(piece)
                if progress is not None:
                    progress.advance(key, len(piece))
        if progress is not None:
            progress.done(key)


def _drop(path: Path, fd: int) -> None:
    with suppress(OSError):  # the next one sweeps
        path.unlink()
    os.close(fd)


def _sweep(folder: Path) -> None:
    """Remove the exports that nobody alive has claimed."""
    for path in folder.glob(f"*{_SUFFIX}"):
        with suppress(OSError):
            fd = claim(path)
            if fd is not None:
                _drop(path, fd)
