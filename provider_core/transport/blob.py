"""One blob from one location: its gaps, by ranges where the server has them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from ..errors import SizeMismatch, TransportError
from ..oci import Descriptor
from .exchange import PIECE, Ask, Exchanges, Reply
from .failures import broken
from .following import Follower
from .meter import Meter
from .ports import Location, Sink
from .ranges import Range, content_range, overlaps, range_header, segments, total
from .retrying import Patience
from .settings import TransportSettings
from .statuses import check_status
from .urls import shown
from .waiting import Check, Watch

__all__ = ["BlobFetch"]

_RANGE_NOT_SATISFIABLE = 416
_PROBE = 4 << 20
"""Bytes of the first range of a large blob, which shows whether there are ranges, and how fast."""
_STRETCH = 128 << 20
"""Bytes of each further range of a connection that is fast enough to be alone."""


class BlobFetch:
    """Fills the gaps of a sink from one location.

    Ranges are used until the server shows that they cannot be relied on: it ignores them, answers
    with others, or with those of an object that changed.  From then on it is asked for the whole,
    and what is here already is skipped.
    """

    def __init__(
        self,
        exchanges: Exchanges,
        settings: TransportSettings,
        descriptor: Descriptor,
        location: Location,
        sink: Sink,
        check: Check,
    ) -> None:
        self._settings = settings
        self._size = descriptor.size
        self._url = location.url
        self._told_by = location.told_by
        self._headers = {name.lower(): value for name, value in location.headers.items()}
        self._sink = sink
        self._check = check
        self._follower = Follower(exchanges, settings, location.auth)
        self._lock = threading.Lock()
        self._etag: str | None = None
        self._ranged = True

    def run(self) -> None:
        """Fill every gap, with further attempts after failures that may pass.

        Raises TransportError; SizeMismatch if the location has content of another size; what the
        sink and the check raise.
        """
        patience = Patience(self._settings)
        while gaps := self._sink.gaps():
            try:
                self._attempt(gaps)
                failure = broken(self._url, "it brought less than it was asked for")
            except TransportError as error:
                failure = error
            left = total(self._sink.gaps())
            if not left:
                return
            if total(gaps) - left >= max(1, min(self._settings.stall_bytes, left // 2)):
                patience.progressed()
            patience.wait_after(failure, self._watch())

    def _attempt(self, gaps: Sequence[Range]) -> None:
        """Ask once for everything that is missing."""
        if not self._ranged:
            self._fetch(0, self._size)
        elif total(gaps) < self._settings.parallel_from or self._settings.connections < 2:
            for start, end in gaps:
                self._fetch(start, end)
        else:
            self._fetch_much(gaps)

    def _fetch_much(self, gaps: Sequence[Range]) -> None:
        """Ask over one connection as long as that is fast, for what is left then over several.

        What comes in order is hashed on its way in, and need not be read again for that.
        """
        probe = min(_PROBE, self._settings.segment)
        speed = self._fetch(*next(segments(gaps, probe)))
        while self._ranged and (gaps := self._sink.gaps()):
            if speed < self._settings.fast:
                pieces = segments(gaps, self._settings.segment)
                _in_parallel(lambda one: self._fetch(*one), pieces, self._settings.connections)
                return
            speed = self._fetch(*next(segments(gaps, _STRETCH)), least=self._settings.fast)

    def _fetch(self, start: int, end: int, *, least: float = 0.0) -> float:
        """Ask for [start, end) and write what comes, if it is that, or the whole.

        Stops early where a range comes with fewer than *least* bytes a second.  Returns the bytes
        a second that came, as `Meter` counts them.
        """
        whole = (start, end) == (0, self._size)
        headers = dict(self._headers)
        if not whole:
            headers["range"] = range_header(start, end)
        watch = self._watch()
        ask = Ask(method="GET", url=self._url, headers=headers, told_by=self._told_by)
        with self._follower.send(ask, watch) as reply:
            check_status(reply, accept=() if whole else (_RANGE_NOT_SATISFIABLE,))
            if reply.status == _RANGE_NOT_SATISFIABLE:
                raise self._distrust("it refuses a range that is missing here")
            if reply.status == 206 and not whole:
                given = (start, self._end_of_range(reply, start, end))
                return self._write(reply, start, [given], watch, least=least)
            if reply.status == 200:
                self._ranged = self._ranged and whole
                self._check_length(reply, self._size)
                return self._write(reply, 0, self._sink.gaps(), watch)
            raise broken(self._url, f"status {reply.status} is no answer to a download")

    def _end_of_range(self, reply: Reply, start: int, end: int) -> int:
        """Return where what is given of [start, end) has to end.

        A server may give less of a long range (RFC 9110 §15.3.7), but no less than a segment:
        asking for the rest, again and again, has to come to an end.
        """
        said = content_range(reply.headers.get("content-range", ""))
        if said is None or said[0][0] != start or said[0][1] > end:
            raise self._distrust("it answers with another range than it was asked for")
        (_, last), size = said
        if size is not None and size != self._size:
            raise SizeMismatch(self._size, size, what=shown(self._url))
        self._check_length(reply, last - start)
        etag = reply.headers.get("etag")
        with self._lock:
            first = self._etag = self._etag or etag
        if etag != first:
            raise self._distrust("the object there changed while it was read")
        return last if last - start >= self._settings.segment else end

    def _check_length(self, reply: Reply, expected: int) -> None:
        if reply.length is not None and reply.length != expected:
            raise SizeMismatch(expected, reply.length, what=shown(self._url))

    def _write(
        self, reply: Reply, at: int, wanted: Sequence[Range], watch: Watch, *, least: float = 0.0
    ) -> float:
        """Write what of *wanted* the body brings, which begins at *at*; then stop reading.

        Stops early where it turns slower than *least*.  Returns the bytes a second that came.
        """
        end, meter = wanted[-1][1] if wanted else at, Meter()
        # Up to the next MiB of the blob, so that what follows are whole blocks of the file.
        while at < end and (view := reply.piece(PIECE - at % PIECE)):
            meter.came(len(view))
            began = time.monotonic()
            for start, stop in overlaps(wanted, at, at + len(view)):
                self._sink.write(start, view[start - at : stop - at])
            at += len(view)
            spent = time.monotonic() - began
            watch.forgive(spent)
            meter.leave_out(spent)
            if meter.is_below(least):
                return meter.speed
        if at < end:
            raise broken(self._url, f"it ended after {at} bytes")
        return meter.speed

    def _distrust(self, reason: str) -> TransportError:
        """Ask for no more ranges, and return why; asking for the whole may help."""
        self._ranged = False
        return broken(self._url, reason)

    def _watch(self) -> Watch:
        return Watch(
            shown(self._url),
            self._settings.stall_limit,
            quota=self._settings.stall_bytes,
            check=self._check,
        )


def _in_parallel(work: Callable[[Range], object], items: Iterable[Range], threads: int) -> None:
    """Do *work* for each of *items* on some threads; begin none after a failure, and raise it."""
    remaining = iter(items)
    lock = threading.Lock()
    failed = threading.Event()

    def following() -> Iterator[Range]:
        while not failed.is_set():
            with lock:
                item = next(remaining, None)
            if item is None:
                return
            yield item

    def worker() -> None:
        try:
            for item in following():
                work(item)
        except BaseException:
            failed.set()
            raise

    with ThreadPoolExecutor(threads, thread_name_prefix="range") as pool:
        running = [pool.submit(worker) for _ in range(threads)]
    errors = [error for future in running if (error := future.exception()) is not None]
    if errors:
        raise errors[0]
