"""The partial content that this process works on: one file a digest, however many write it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from ..digests import Digest
from ..disk.durable import sync_folder
from ..disk.failures import translated
from ..errors import Conflict, SizeMismatch
from ..oci import Descriptor
from .blob_file import size_of_blob
from .layout import Layout
from .partial_file import PartialFile
from .scratch import ScratchFile

__all__ = ["DirectoryPartial", "Partials"]


class Partials:
    """Hands out the partial files of one store, and takes them back."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._mutex = threading.Lock()
        self._placing = threading.Lock()
        self._flushing = threading.Lock()
        self._open: dict[Digest, PartialFile] = {}
        self._waiting: list[PartialFile] = []
        """Placed, and their folders not flushed yet."""

    def open(self, descriptor: Descriptor) -> DirectoryPartial | None:
        """Return the caller's share of the blob's file; None if it has become visible meanwhile.

        Raises SizeMismatch if another caller expects another size, NoSpace, StoreError.
        """
        with self._mutex:
            file = self._open.get(descriptor.digest)
            if file is None or not file.usable:
                file = self._make(descriptor)
            if file is None:
                return None
            if file.descriptor.size != descriptor.size:
                what = str(descriptor.digest)
                raise SizeMismatch(file.descriptor.size, descriptor.size, what=what)
            self._open[descriptor.digest] = file
            file.users += 1
        partial = DirectoryPartial(self, file, descriptor)
        try:
            file.resume()
        except BaseException:
            partial.close()
            raise
        return partial

    def commit(self, files: Sequence[PartialFile]) -> None:
        """Verify and flush *files*, make them visible, and flush each folder once.

        Whoever commits a file that another thread has placed waits for that one's flush, and
        shares its failure; what could not be flushed is taken out of sight again.  A flush serves
        all files that wait for it, of whatever thread; one that fails, all that came up to then.
        """
        for file in files:
            file.seal()
        with self._placing:
            placed = [file for file in files if file.place(self._target(file))]
            self._waiting += placed
        with self._flushing:
            self._flush_waiting_and(placed)
        for file in placed:
            file.check()

    def release(self, file: PartialFile) -> None:
        """Take back one share; the last one closes the file."""
        with self._mutex:
            file.users -= 1
            if file.users:
                return
            if self._open.get(file.descriptor.digest) is file:
                del self._open[file.descriptor.digest]
            file.close()

    def close(self) -> None:
        """Close what callers have left open; what was written is kept."""
        with self._mutex:
            for file in self._open.values():
                file.close()
            self._open.clear()

    def _flush_waiting_and(self, own: Sequence[PartialFile]) -> None:
        """Flush the folders of the files that wait; each file is told how that ended.

        *own* files are among them still if whoever was to flush them was interrupted.
        """
        with self._placing:
            waiting, self._waiting = {*self._waiting, *own}, []
        for folder, files in sorted(self._unflushed(waiting).items()):
            try:
                sync_folder(folder)
            except OSError as error:
                failure = translated(error, folder)
                failure.__cause__ = error
                with self._placing:  # a second flush would not tell what became of these
                    late = self._unflushed(self._waiting).get(folder, ())
                for file in {*files, *late}:
                    file.withdraw(self._target(file), failure)
            else:
                for file in files:
                    file.flushed()

    def _unflushed(self, files: Iterable[PartialFile]) -> dict[Path, list[PartialFile]]:
        found: dict[Path, list[PartialFile]] = {}
        for file in files:
            if file.is_unflushed:
                found.setdefault(self._target(file).parent, []).append(file)
        return found

    def _target(self, file: PartialFile) -> Path:
        return self._layout.blob(file.descriptor.digest)

    def _make(self, descriptor: Descriptor) -> PartialFile | None:
        path = self._layout.partial(descriptor.digest)
        scratch = ScratchFile.claim(path)
        resumable = scratch is not None
        if scratch is None:
            # Another process is at it.  Waiting for it could last as long as it likes; the same
            # bytes twice cost less than that, and the first to be whole wins.
            scratch = ScratchFile.fresh(path.parent, f"{path.name}.")
        if size_of_blob(self._layout.blob(descriptor.digest)) == descriptor.size:
            scratch.discard()
            return None
        return PartialFile(scratch, descriptor, resumable=resumable)


class DirectoryPartial:
    """One caller's share of a partial file."""

    def __init__(self, partials: Partials, file: PartialFile, descriptor: Descriptor) -> None:
        self.descriptor = descriptor
        self._partials = partials
        self._file = file
        self._closed = False

    @property
    def file(self) -> PartialFile:
        """The shared file; Conflict if this share was given back."""
        if self._closed:
            raise Conflict(f"{self.descriptor.digest} was closed already", hint="expect it again")
        return self._file

    def gaps(self) -> tuple[tuple[int, int], ...]:
        return self.file.gaps()

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        self.file.write(offset, data)

    def adopt(self, file: BinaryIO, hashed: Callable[[int], None]) -> bool:
        return self.file.adopt(file.fileno(), hashed)

    def commit(self) -> None:
        self._partials.commit([self.file])

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._partials.release(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
