"""The offers: what sources were seen to have, kept so that a find need not ask them again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ..model import Package, Query, Snapshot, Withdrawal
from ..references import name_key
from .advice import all_withdrawals, withdrawals_text
from .connections import transaction
from .finding import find_offers, spellings
from .offer_rows import delete_source, stage, take_over
from .offers_file import OffersFile
from .schema import OFFERS

__all__ = ["Offers", "OffersState"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersState:
    """How much is known of one source."""

    token: str | None
    """Where its last refresh ended, opaque; None if it was never refreshed."""
    refreshed: str
    """When that was, ISO 8601 in UTC; '' for never."""
    count: int
    """Its offers."""
    until: str = ""
    """`Snapshot.until` of its last refresh."""
    facts: Mapping[str, str] = field(default_factory=dict, hash=False)
    """`Snapshot.facts` of its last refresh."""


_State = tuple[str | None, str, int, str, str, str]
_NEVER: Final[_State] = (None, "", 0, "", "{}", "[]")
"""Token, time, count, end, facts and advice (JSON) of a source that nothing is known of."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Offers:
    """What sources offer; lost without harm, as they can be asked again.

    Nothing is opened before it is asked for, and no file is made by reading.  A file that is
    damaged or of another release's form is made anew, empty.  Every call is one transaction; any
    thread may call.  Names of sources compare without case.

    Every method raises NotSupported on a network file system, Locked when others keep the
    database for longer than *timeout* seconds, and StoreError.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], datetime] = _utc_now,
        timeout: float = 30.0,
    ) -> None:
        self._file = OffersFile(path, OFFERS, seconds=timeout)
        self._clock = clock

    # asking -------------------------------------------------------------------------------

    def find(
        self, query: Query, sources: Sequence[str], *, limit: int | None = None
    ) -> tuple[Package, ...]:
        """Return what *sources* were seen to have for *query*, at most *limit* packages.

        They come by name without case, within a name the newest first, then in the order of
        *sources*; labels last.  With a tag, a digest or all versions asked for, all that fit
        come.  Otherwise it is, of each source and name, the newest release that fits, one without
        a variant if there is one, for every platform; and beside it ``latest``, if no version
        or variant was asked for and it is another image.
        """
        return self._file.read(lambda connection: find_offers(connection, query, sources, limit))

    def names(self, prefix: str, *, limit: int = 100) -> tuple[str, ...]:
        """Return known names that begin with *prefix* in any case, sorted, at most *limit*."""
        return self._file.read(lambda connection: spellings(connection, prefix, limit))

    def state(self, source: str) -> OffersState | None:
        """Return how much is known of *source*, None if nothing was ever kept of it."""
        row = self._file.read(lambda connection: _state(connection, name_key(source)))
        if row is None:
            return None
        token, refreshed, count, until, facts, _ = row
        return OffersState(
            token=token, refreshed=refreshed, count=count, until=until, facts=json.loads(facts)
        )

    def token(self, source: str) -> str | None:
        """Return where the last refresh of *source* ended; None if it was never refreshed."""
        state = self.state(source)
        return None if state is None else state.token

    def withdrawn(self) -> dict[str, tuple[Withdrawal, ...]]:
        """Return what each source advised to use no more, by its name in lower case."""
        return self._file.read(all_withdrawals)

    # keeping ------------------------------------------------------------------------------

    def apply(self, source: str, snapshot: Snapshot) -> bool:
        """Take over what changed at *source*, with its token, in one transaction.

        Returns False, with nothing written, if ``snapshot.since`` is not the token any more.  A
        snapshot since None takes the place of all offers.  What was removed goes before what is
        new comes, and of equal offers the last counts.  Others can read and write while
        ``upserts`` is consumed; if it raises, that passes through and nothing is written.

        Raises NoSpace; DocumentError for an offer that cannot be kept, as its version is longer
        than 128 characters.
        """
        return self._file.write(
            lambda connection: self._apply(connection, name_key(source), snapshot)
        )

    def remember(self, source: str, packages: Iterable[Package]) -> None:
        """Keep what *source* was seen to have when it was asked; its token stays.  As `apply`."""

        def work(connection: sqlite3.Connection) -> None:
            stage(connection, packages, ())
            with transaction(connection, write=True):
                token, refreshed, count, until, facts, advice = _state(connection, key) or _NEVER
                count += take_over(connection, key)
                _set_state(connection, key, (token, refreshed, count, until, facts, advice))

        key = name_key(source)
        self._file.write(work)

    def forget(self, source: str) -> None:
        """Forget *source* and all its offers."""

        def work(connection: sqlite3.Connection) -> None:
            with transaction(connection, write=True):
                delete_source(connection, key)

        key = name_key(source)
        self._file.write(work)

    def close(self) -> None:
        """Close what is kept open; a later call opens it again."""
        self._file.close()

    def _apply(self, connection: sqlite3.Connection, source: str, snapshot: Snapshot) -> bool:
        if not _is_current(connection, source, snapshot):
            return False
        stage(connection, snapshot.upserts, snapshot.removed)
        with transaction(connection, write=True):
            if not _is_current(connection, source, snapshot):
                return False
            if snapshot.since is None:
                delete_source(connection, source)
            _, _, count, *_ = _state(connection, source) or _NEVER
            count += take_over(connection, source)
            now = self._clock().astimezone(UTC).isoformat(timespec="seconds")
            facts = json.dumps(dict(snapshot.facts), sort_keys=True)
            advice = withdrawals_text(snapshot.withdrawn)
            state = (snapshot.token, now, count, snapshot.until, facts, advice)
            _set_state(connection, source, state)
        return True


def _is_current(connection: sqlite3.Connection, source: str, snapshot: Snapshot) -> bool:
    if snapshot.since is None:
        return True
    known = _state(connection, source)
    return known is not None and known[0] == snapshot.since


def _state(connection: sqlite3.Connection, source: str) -> _State | None:
    row: _State | None = connection.execute(
        "SELECT token, refreshed, offers, until, facts, withdrawn FROM source WHERE name = :source",
        {"source": source},
    ).fetchone()
    return row


def _set_state(connection: sqlite3.Connection, source: str, state: _State) -> None:
    columns = ("token", "refreshed", "offers", "until", "facts", "withdrawn")
    connection.execute(
        """
        INSERT INTO source (name, token, refreshed, offers, until, facts, withdrawn)
        VALUES (:source, :token, :refreshed, :offers, :until, :facts, :withdrawn)
        ON CONFLICT (name) DO UPDATE SET
            token = excluded.token, refreshed = excluded.refreshed, offers = excluded.offers,
            until = excluded.until, facts = excluded.facts, withdrawn = excluded.withdrawn
        """,
        {"source": source, **dict(zip(columns, state, strict=True))},
    )
