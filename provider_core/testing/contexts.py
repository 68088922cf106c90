"""A Context made of doubles, so that a provider is tested without network, disk or host."""

from __future__ import annotations

import io
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from ..cancel import CancelToken
from ..catalog import CatalogView
from ..context import (
    Context,
    Credentials,
    Outlet,
    Progress,
    Signer,
    Spool,
    State,
    no_credentials,
    no_signer,
)
from ..errors import Locked, NoSpace
from ..model import Source
from ..platforms import PlatformSet
from ..transport import OfflineTransport, Transport
from .memory_catalog import MemoryCatalogView
from .memory_transport import MemoryTransport
from .recording import RecordingProgress

__all__ = ["FIXED_TIME", "TemporaryState", "fixed_clock", "make_context", "memory_spool"]

FIXED_TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
"""The time of `fixed_clock`."""


def fixed_clock() -> datetime:
    """Return FIXED_TIME, whenever it is asked."""
    return FIXED_TIME


def make_context(
    source: Source | None = None,
    *,
    platforms: PlatformSet | None = None,
    transport: Transport | None = None,
    catalog: CatalogView | None = None,
    state: State | None = None,
    spool: Spool | None = None,
    progress: Progress | None = None,
    clock: Callable[[], datetime] = fixed_clock,
    cancel: CancelToken | None = None,
    keys: Callable[[], Path] | None = None,
    options: Mapping[str, Any] | None = None,
    offline: bool = False,
    credentials: Credentials = no_credentials,
    sign: Callable[[str], Signer] = no_signer,
    sink: Outlet | None = None,
) -> Context:
    """Return a context whose every part is a double unless it is given.

    All platforms are wanted; *options* come on top of the source's, as in a host; with
    *offline* the transport refuses everything.

    Example::

        source = Source(name="shelf", provider="acme", location="/srv/shelf")
        network = MemoryTransport({"https://acme.example/list": b"box 1.0"})
        context = make_context(source, transport=network)
        packages = list(AcmeProvider().find(Query(name="box"), context))
    """
    if transport is None:
        transport = OfflineTransport() if offline else MemoryTransport()
    key_folder = TemporaryState()
    return Context(
        source=source,
        platforms=platforms or PlatformSet.all(),
        transport=transport,
        catalog=catalog or MemoryCatalogView(sources=(source,) if source else ()),
        state=state or TemporaryState(),
        spool=spool or memory_spool,
        progress=progress or RecordingProgress(),
        clock=clock,
        cancel=cancel or CancelToken(),
        keys=keys or (lambda: key_folder.folder),
        options={**(source.options if source else {}), **(options or {})},
        offline=offline,
        credentials=credentials,
        sign=sign,
        sink=sink,
    )


class TemporaryState:
    """A State whose folder is made when it is first asked for, and goes with this object.

    Example::

        state = TemporaryState()
        (state.folder / "token").write_text("42")
        with state.lock():
            ...
    """

    def __init__(self) -> None:
        self._made: Path | None = None
        self._lock = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where the files are; exists."""
        if self._made is None:
            self._made = Path(tempfile.mkdtemp(prefix="ferry-state-"))
            weakref.finalize(self, shutil.rmtree, self._made, ignore_errors=True)
        return self._made

    @contextmanager
    def lock(self, seconds: float = 30.0) -> Iterator[None]:
        """Hold the lock; Locked when another thread keeps it longer."""
        if not self._lock.acquire(timeout=seconds):
            raise Locked("the state", seconds=seconds)
        try:
            yield
        finally:
            self._lock.release()


def memory_spool(limit: int) -> IO[bytes]:
    """Open a buffer of at most *limit* bytes; NoSpace beyond."""
    return _LimitedBuffer(limit)


class _LimitedBuffer(io.BytesIO):
    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def write(self, data: Any, /) -> int:
        needed = self.tell() + memoryview(data).nbytes
        if needed > self._limit:
            raise NoSpace("the spool", needed=needed, free=self._limit)
        return super().write(data)
