"""Leases: what running operations need, so that collection leaves it alone.

A lease is a file in leases/ with a digest a line, locked by its process for as long as it lives;
the kernel ends it with the process, however that dies.  To add a digest is to append a line while
holding the store's lock for that moment; collection holds the same lock from before it reads the
leases until its last unlink.  So an `add` comes either before a collection, which then sees it,
or after it, when a look at the disk tells the truth: whoever adds first and looks then
(`Writer.expect`) is never told "here" of what is about to go.  When an operation has ended, its
row in the catalog protects what its lease did; the row is written before the lease is released,
and collection reads leases before rows.

Whatever a live lease's file says that is not a digest, nothing at all included, means the whole
store.  A full disk needs no more room for that.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from ..digests import Digest
from ..disk.durable import OPEN_FLAGS, remove, write_at
from ..disk.failures import disk_errors, is_full, is_read_only
from ..errors import Conflict, DocumentError, StoreError
from .layout import Layout, entries
from .locks import claim, held

__all__ = ["Claims", "DirectoryLease", "has_live_leases", "read_claims"]

_LARGEST = 64 << 20
_FIRST = 1  # Windows locks the first byte against reading; the text begins after it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What all live leases claim together."""

    digests: frozenset[Digest]
    """Every digest that was added to one of them."""
    everything: bool
    """Whether one of them claims the whole store."""


class DirectoryLease:
    """One operation's claim; harmless where nobody can change the store."""

    def __init__(self, layout: Layout, timeout: float) -> None:
        self._layout = layout
        self._timeout = timeout
        self._mutex = threading.Lock()
        self._path = layout.leases / f"{os.getpid()}-{secrets.token_hex(8)}"
        self._fd: int | None = None
        self._claimed: set[Digest] = set()
        self._everything = False
        self._released = False
        self._refusal: StoreError | None = None

    def add(self, digests: Iterable[Digest]) -> None:
        with self._mutex:
            if self._released:
                raise Conflict("the lease was released already", hint="take another one")
            new = [digest for digest in dict.fromkeys(digests) if digest not in self._claimed]
            if not new or self._everything or self._refusal is not None:
                return
            try:
                self._add(new)
            except StoreError as error:
                if not is_read_only(error):
                    raise
                # Nobody can collect here, or nobody could write: a reader needs no more than that.
                self._refusal = error

    def add_to_write(self, digest: Digest) -> None:
        """Claim *digest* for a writer; StoreError where the store cannot be changed."""
        self.add([digest])
        if self._refusal is not None:
            raise self._refusal

    def release(self) -> None:
        with self._mutex:
            self._released = True
            if self._fd is None:
                return
            try:
                with disk_errors(self._path):
                    remove(self._path)
            finally:
                os.close(self._fd)
                self._fd = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _add(self, digests: list[Digest]) -> None:
        self._layout.prepare()
        with disk_errors(self._path), held(self._layout.lock, self._timeout):
            self._layout.check_place()
            if self._fd is None:
                self._fd = claim(self._path, create=True)
            assert self._fd is not None  # its name is random
            text = "".join(f"{digest}\n" for digest in digests).encode()
            end = max(os.fstat(self._fd).st_size, _FIRST)
            try:
                write_at(self._fd, end, memoryview(text))
            except OSError as error:
                if not is_full(error):
                    raise
                os.ftruncate(self._fd, 0)
                self._everything = True
        self._claimed.update(digests)


def read_claims(layout: Layout, *, sweep: bool) -> Claims:
    """Return what live leases claim; *sweep* removes those whose process is gone.

    The caller holds the store's lock.  Raises StoreError.
    """
    digests: set[Digest] = set()
    everything = False
    with disk_errors(layout.leases):
        for entry in tuple(entries(layout.leases)):
            path = Path(entry.path)
            if not entry.is_file(follow_symlinks=False) or not _is_alive(path, sweep=sweep):
                continue
            try:
                claimed = _read(path)
            except FileNotFoundError:  # released since; its rows are there
                continue
            digests |= claimed
            everything = everything or not claimed
    return Claims(digests=frozenset(digests), everything=everything)


def has_live_leases(layout: Layout) -> bool:
    """Whether a running command works with the store; the caller holds the store's lock."""
    with disk_errors(layout.leases):
        return any(_is_alive(Path(entry.path), sweep=True) for entry in entries(layout.leases))


def _is_alive(path: Path, *, sweep: bool) -> bool:
    try:
        fd = claim(path)
    except FileNotFoundError:  # released since it was listed
        return False
    if fd is None:
        return True
    if sweep:
        remove(path)
    os.close(fd)
    return False


def _read(path: Path) -> frozenset[Digest]:
    """Return the digests in a lease; none if there is anything else in it."""
    with os.fdopen(os.open(path, os.O_RDONLY | OPEN_FLAGS), "rb") as file:
        file.seek(_FIRST)
        text = file.read(_LARGEST + 1)
    if len(text) > _LARGEST or not text.endswith(b"\n"):
        return frozenset()
    try:
        return frozenset(map(Digest.parse, text.decode("ascii").splitlines()))
    except (DocumentError, UnicodeDecodeError):
        return frozenset()
