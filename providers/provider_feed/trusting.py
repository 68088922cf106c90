"""From a place to a feed that may be believed: its signatures, and which bundle of a series it is.

Everything is verified against a copy of what is remembered first.  Only a feed that is right in
every respect changes the memory, so that a bundle that was made for somebody else cannot spoil it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from feed_format import (
    SERIES_TARGET,
    FeedReader,
    Fetch,
    Pin,
    Series,
    TrustedFeed,
    TrustReader,
    evidence_base,
)
from feed_format.paths import TRUST, role_file
from provider_core.context import Context
from provider_core.disk.failures import disk_errors
from provider_core.errors import IntegrityError, NotFoundError, Rollback

from .known_root import KnownRoot
from .lasting import accepted_expired
from .places import Place, place_of
from .series_memory import SeriesMemory

__all__ = ["ACCEPT_ROLLBACK", "OpenedFeed", "Trusting", "opened_feed"]

ACCEPT_ROLLBACK: Final = "accept-rollback"
"""The option that names the older bundle that may follow a newer one, by its version."""

_UNPINNED: Final = "unpinned"
_TRUST: Final = "trust"
_SHARDS: Final = "shards"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFeed:
    """A feed whose list was verified."""

    place: Place
    """Where its files are."""
    feed: TrustedFeed
    """Its signed list."""
    reader: FeedReader
    """Reads what the list names."""
    series: Series | None
    """Which bundle it is; None if it is none."""
    accepted: timedelta
    """How long after their end its signatures count."""

    @property
    def is_evidence(self) -> bool:
        """Whether it is another publisher's feed, as far as a bundle carries it."""
        return self.feed.base != TRUST

    @property
    def until(self) -> datetime:
        """When it can no longer be believed, what is accepted included; UTC."""
        return self.feed.expires + self.accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusting:
    """Which feed is asked, and how it is known."""

    location: str
    """URL, or absolute path of its folder."""
    known: KnownRoot | None
    """The root that was pinned; None: whoever made the feed vouches for it."""


@contextmanager
def opened_feed(asked: Trusting, context: Context) -> Iterator[OpenedFeed]:
    """Verify the feed and yield it, while the lock of its memory is held.

    Raises Untrusted if it is another feed than is known, and what `TrustReader.refresh` and
    `SeriesMemory.check` raise.
    """
    place = place_of(asked.location, context)
    with context.state.lock():
        memory = context.state.folder / _memory_name(asked.known, context)
        base, pin = _begun(asked.known, place)
        accepted = accepted_expired(context.options)
        verified = _Verified(place.fetch, memory, pin, base, accepted, context)
        yield OpenedFeed(
            place=place,
            feed=verified.feed,
            reader=verified.reader,
            series=verified.series,
            accepted=accepted,
        )


def _memory_name(known: KnownRoot | None, context: Context) -> str:
    """Return the folder of what is remembered; another one after an accepted rollback."""
    name = known.digest.hex if known else _UNPINNED
    accepted = context.options.get(ACCEPT_ROLLBACK)
    return f"{name}-{accepted}" if accepted else name


def _begun(known: KnownRoot | None, place: Place) -> tuple[str, Pin]:
    """Return where the metadata that begins with *known* is, and the root to begin with."""
    if known is None:
        return TRUST, None
    for base in _bases(known, place):
        root = known.find(place.fetch, base)
        if root is not None:
            return base, root
    return TRUST, known.digest  # it is another feed, as the reader will say


def _bases(known: KnownRoot, place: Place) -> Iterator[str]:
    """Yield where metadata may be: the feed's own, then the evidence that it carries."""
    yield TRUST
    first = {known.digest} if known.version == 1 else set()
    yield from map(evidence_base, {*first, *place.publishers()})


class _Verified:
    """A feed, verified on a copy of the memory, then remembered."""

    def __init__(
        self,
        fetch: Fetch,
        memory: Path,
        pin: Pin,
        base: str,
        accepted: timedelta,
        context: Context,
    ) -> None:
        self._fetch = _Replaying(fetch)
        self._pin = pin
        self._base = base
        self._accepted = accepted
        self._context = context
        with _copied(memory / _TRUST) as copy:
            feed = self._read(copy)
            self.series = self._series(feed, copy)
            series = SeriesMemory(memory)
            series.check(self.series, context.options)
            _check_accepted(feed, context)
        self._fetch.replay()
        self.feed = self._read(_made(memory / _TRUST))
        series.remember(self.series)
        self.reader = FeedReader(fetch, self.feed, _made(memory / _SHARDS))

    def _read(self, state: Path) -> TrustedFeed:
        feed = TrustReader(
            self._fetch,
            state,
            self._pin,
            accept_expired=self._accepted,
            clock=self._context.clock,
            base=self._base,
        ).refresh()
        self._check_same(feed)
        return feed

    def _check_same(self, feed: TrustedFeed) -> None:
        """Raise IntegrityError if the pointer is another one than was read before as this version.

        TUF takes an equal version for the same publication, and keeps to what it has.
        """
        pointer = self._fetch.last(role_file("timestamp", base=self._base))
        if pointer != feed.metadata["timestamp.json"]:
            raise IntegrityError(
                f"two different publications bear the number {feed.version}",
                hint="the copy is of another series, or its publisher has lost its memory;"
                " ask for a newer one",
                version=feed.version,
            )

    def _series(self, feed: TrustedFeed, scratch: Path) -> Series | None:
        data = FeedReader(self._fetch, feed, scratch).file(SERIES_TARGET)
        return None if data is None or self._base != TRUST else Series.parse(data)


def _check_accepted(feed: TrustedFeed, context: Context) -> None:
    """Raise Rollback if an older bundle was accepted, and this one is older still."""
    accepted = context.options.get(ACCEPT_ROLLBACK)
    if accepted and feed.version < int(accepted):
        raise Rollback(
            f"the bundle is version {feed.version}, {accepted} was accepted",
            hint="name the version of the bundle that you mean to go back to",
            found=feed.version,
            accepted=int(accepted),
        )


class _Replaying:
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
def _copied(folder: Path) -> Iterator[Path]:
    with disk_errors(folder), tempfile.TemporaryDirectory(dir=_made(folder.parent)) as place:
        copy = Path(place) / folder.name
        if folder.is_dir():
            shutil.copytree(folder, copy)
        else:
            copy.mkdir()
        yield copy


def _made(folder: Path) -> Path:
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
