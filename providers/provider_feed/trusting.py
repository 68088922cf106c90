"""From a place to a feed that may be believed: its signatures, and which bundle of a series it is.

Everything is verified against a copy of what is remembered first.  Only a feed that is right in
every respect changes the memory, so that a bundle that was made for somebody else cannot spoil it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from feed_format import (
    BASE_TARGET,
    SERIES_TARGET,
    FeedReader,
    Pin,
    Series,
    TrustedFeed,
    TrustReader,
    evidence_base,
)
from feed_format.paths import TRUST, role_file
from provider_core.context import Context
from provider_core.errors import Error, IntegrityError, Rollback, Untrusted

from .known_root import KnownRoot
from .lasting import accepted_expired
from .option_names import ACCEPT_ROLLBACK, SERIES
from .places import Place, places_of
from .rehearsing import Replaying, copied, made
from .series_memory import SeriesMemory

__all__ = ["OpenedFeed", "Trusting", "opened_feed"]

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
    remember: Callable[[], None]
    """Keeps it as the last one that was read; a feed that is no delta was kept before."""

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
    places = places_of(asked.location, context)
    with context.state.lock():
        yield _first_whole(places, asked, context)


def _first_whole(places: Sequence[Place], asked: Trusting, context: Context) -> OpenedFeed:
    """Return the feed as the first of *places* has it undamaged; raise what is wrong there."""
    faults: list[Error] = []
    for place in places:
        try:
            return _opened(place, asked, context)
        except (IntegrityError, Untrusted) as error:
            faults.append(error)
    raise faults[0]


def _opened(place: Place, asked: Trusting, context: Context) -> OpenedFeed:
    usual = context.state.folder / _memory_name(asked, context)
    memory = usual.with_name(_accepted_name(usual.name, context))
    base, pin = _begun(asked.known, place)
    reading = _Reading(
        fetch=Replaying(place.fetch),
        pin=pin,
        base=base,
        accepted=accepted_expired(context.options),
        usual=SeriesMemory(usual),
        context=context,
    )
    feed, series = reading.verified(memory)
    return OpenedFeed(
        place=place,
        feed=feed,
        reader=FeedReader(place.fetch, feed, made(memory / _SHARDS)),
        series=series,
        accepted=reading.accepted,
        remember=partial(reading.remember, memory, series),
    )


def _memory_name(asked: Trusting, context: Context) -> str:
    """Return the folder of what is remembered.

    A folder that is named without a source is remembered by its place: two bundles of one
    courier, side by side, are two series.
    """
    parts = [asked.known.digest.hex if asked.known else _UNPINNED]
    if context.source is None:
        parts.append(hashlib.sha256(os.fsencode(asked.location)).hexdigest()[:16])
    return "-".join(parts)


def _accepted_name(usual: str, context: Context) -> str:
    """Return the folder in the place of *usual*: another one after an accepted rollback."""
    accepted = context.options.get(ACCEPT_ROLLBACK)
    return f"{usual}-{accepted}" if accepted else usual


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """How one feed is read."""

    fetch: Replaying
    pin: Pin
    base: str
    """Folder of its metadata."""
    accepted: timedelta
    """How long after their end signatures count."""
    usual: SeriesMemory
    """What was remembered before a rollback was accepted, if one was: going back stays within its
    series."""
    context: Context

    def verified(self, memory: Path) -> tuple[TrustedFeed, Series | None]:
        """Verify the feed on a copy of *memory*; if all is right and here, change that too."""
        last = SeriesMemory(memory)
        with copied(memory / _TRUST) as copy:
            feed = self._read(copy)
            series = self._series(feed, copy)
            last.check(series, {SERIES: self.usual.series, **self.context.options})
            _check_accepted(feed, self.context)
        self.fetch.replay()
        if self.base != TRUST or BASE_TARGET not in feed.list.files:
            self.remember(memory, series)
        return feed, series

    def remember(self, memory: Path, series: Series | None) -> None:
        """Keep in *memory* what was read.  Raises NoSpace, StoreError."""
        self._read(made(memory / _TRUST))
        SeriesMemory(memory).remember(series)

    def _read(self, state: Path) -> TrustedFeed:
        feed = TrustReader(
            self.fetch,
            state,
            self.pin,
            accept_expired=self.accepted,
            clock=self.context.clock,
            base=self.base,
        ).refresh()
        self._check_same(feed)
        return feed

    def _check_same(self, feed: TrustedFeed) -> None:
        """Raise IntegrityError if the pointer is another one than was read before as this version.

        TUF takes an equal version for the same publication, and keeps to what it has.
        """
        pointer = self.fetch.last(role_file("timestamp", base=self.base))
        if pointer != feed.metadata["timestamp.json"]:
            raise IntegrityError(
                f"two different publications bear the number {feed.version}",
                hint="the copy is of another series, or its publisher has lost its memory;"
                " ask for a newer one",
                version=feed.version,
            )

    def _series(self, feed: TrustedFeed, scratch: Path) -> Series | None:
        data = FeedReader(self.fetch, feed, scratch).file(SERIES_TARGET)
        return None if data is None or self.base != TRUST else Series.parse(data)


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
