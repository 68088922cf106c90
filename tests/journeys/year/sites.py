"""A far side: what it was sent and has, and why it may refuse what comes."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Collection
from datetime import datetime
from enum import Enum, auto
from pathlib import Path

from provider_core import Host, Settings, Wishes
from provider_core.cli.invocation import Invocation
from provider_core.cli.main import run
from provider_core.digests import Digest
from provider_core.errors import (
    BlobNotFound,
    Error,
    Exists,
    Expired,
    IntegrityError,
    Rollback,
    Untrusted,
    VolumeMissing,
)
from provider_core.testing import SmallImage
from provider_feed import FeedProvider

from .media import Bundle, Journey, lay_out, volumes_of
from .publishers import FLOATS, Key

__all__ = ["FarSite", "Reason"]


class Reason(Enum):
    """Why a bundle is refused."""

    DAMAGED = auto()
    SERIES = auto()
    ROLLBACK = auto()
    EXPIRED = auto()
    BASE = auto()
    VOLUME = auto()
    REPLACES = auto()
    """A numbered version would be other content afterwards."""


def reason_of(error: Error) -> Reason:
    """Return which reason *error* names; the error itself is raised again for none of them."""
    match error:
        case Rollback():
            return Reason.ROLLBACK
        case Expired():
            return Reason.EXPIRED
        case IntegrityError() if "lacking" in error.fields:
            return Reason.BASE
        case IntegrityError() if "is of the series" in error.message:
            return Reason.SERIES
        case IntegrityError() | Untrusted() | BlobNotFound():
            return Reason.DAMAGED
        case VolumeMissing():
            return Reason.VOLUME
        case Exists():
            return Reason.REPLACES
        case _:
            raise error


class FarSite:
    """A home that has a drive, and nothing else to hear from."""

    def __init__(self, folder: Path, clock: Callable[[], datetime], first: Bundle) -> None:
        self._clock = clock
        self._drive = folder / "drive"
        self._files = 0
        self.series = first.series
        self.home = folder / "home"
        self.host = Host(
            self.home,
            providers=[FeedProvider],
            settings=Settings(plugins=False, jobs=1),
            clock=clock,
        )
        lay_out(first, Journey(), self._drive)
        self.host.add_source(
            "drive", str(self._drive), options={"root": str(self._drive / "trust" / "root.json")}
        )
        self.seen = first.version
        """Version of the last bundle that was believed."""
        self.unsure = first.version
        """The same, if the lists of a damaged one were believed before the fault was met."""
        self.advice: frozenset[str] | None = first.advice
        """What that advises against; None if nobody knows how far a damaged one was read."""
        self.installed: dict[Key, SmallImage] = {}
        self._accepted: set[int] = set()

    @property
    def has(self) -> frozenset[Digest]:
        """What its images need."""
        return frozenset(digest for image in self.installed.values() for digest in image.blobs)

    @property
    def _store(self) -> set[Digest]:
        return {digest for digest, _ in self.host.store.blobs()}

    @property
    def _half_here(self) -> set[Digest]:
        """Blobs of which a part came earlier, and need not come again, whole or damaged."""
        names = (path.name for path in (self.home / "store" / "ingest").iterdir())
        return {Digest.parse(name.replace("-", ":")) for name in names if "." not in name}

    def inventory(self) -> Path:
        """Write down what is here, as ``ferry inventory`` does."""
        self._files += 1
        path = self.home.parent / f"inventory-{self._files}.json"
        environ = {"FERRY_HOME": str(self.home), "FERRY_DISABLED_SOURCES": "hub"}
        with contextlib.redirect_stdout(io.StringIO()) as out:
            assert run(["inventory"], Invocation(environ=environ, clock=self._clock)) == 0
        path.write_text(out.getvalue())
        return path

    def receive(self, bundle: Bundle, journey: Journey, *, force: bool = False) -> Reason | None:
        """Import a copy of *bundle*: all of it is here afterwards, or what is returned is why not.

        Nothing is written then, but for blobs that were verified before the fault was met.
        """
        hit = lay_out(bundle, journey, self._drive)
        must, may = self._reasons(bundle, hit, force=force)
        store, revision = self._store, self.host.catalog.revision()
        requests = [":".join(key) for key in bundle.images]
        try:
            self.host.install(*requests, wishes=Wishes(force=force))
        except Error as error:
            reason = reason_of(error)
            if reason not in must | may:
                raise
            self._check_left(store, revision, reason)
            self._note(bundle, reason, hit)
            return reason
        assert not must, must
        if self.installed | dict(bundle.images) == self.installed and not force:
            assert self.host.catalog.revision() == revision, "twice is not harmless"
        if not bundle.base or force or self.installed | dict(bundle.images) != self.installed:
            self.seen = self.unsure = bundle.version
        self.installed |= bundle.images
        self.advice = bundle.advice
        return None

    def go_back(self, bundle: Bundle) -> None:
        """Accept an older *bundle*, each only once; another series or an ended one is refused."""
        if bundle.version in self._accepted:
            return
        lay_out(bundle, Journey(), self._drive)
        must, _ = self._reasons(bundle, None, force=True)
        must &= {Reason.SERIES, Reason.EXPIRED}
        try:
            self.host.set_source("drive", options={"accept-rollback": str(bundle.version)})
        except Error as error:
            if reason_of(error) not in must:
                raise
            return
        assert not must, must
        self._accepted.add(bundle.version)
        self.seen = self.unsure = bundle.version
        self.advice = bundle.advice

    def _reasons(
        self, bundle: Bundle, hit: Path | None, *, force: bool
    ) -> tuple[set[Reason], set[Reason]]:
        """Return why the bundle must be refused, and why it may be besides."""
        store = self._store
        coming = {
            key: image
            for key, image in bundle.images.items()
            if force or self.installed.get(key) != image
        }
        needed = {digest for image in coming.values() for digest in image.blobs} - store
        unread = needed - self._half_here
        replaced = [key for key in coming if key in self.installed and key[1] != FLOATS]
        damaged = hit is not None and hit.parent.name == "sha256" and not bundle.volumes
        tests = {
            Reason.SERIES: bundle.series != self.series,
            Reason.ROLLBACK: bundle.version < self.seen,
            Reason.EXPIRED: bundle.ends <= self._clock(),
            Reason.REPLACES: bool(replaced) and not force,
            Reason.BASE: bool(coming) and not bundle.base <= store,
            Reason.VOLUME: self._lacks_volumes(bundle, unread),
            Reason.DAMAGED: damaged and hit is not None and hit.name in {one.hex for one in unread},
        }
        may = {Reason.DAMAGED} if hit is not None else set()
        if self._lacks_volumes(bundle, needed):
            may.add(Reason.VOLUME)
        if bundle.version < self.unsure:
            may.add(Reason.ROLLBACK)
        return {reason for reason, holds in tests.items() if holds}, may

    def _lacks_volumes(self, bundle: Bundle, wanted: Collection[Digest]) -> bool:
        """Tell whether a volume that *wanted* is on did not come."""
        return not all(
            (self._drive / f"volume-{number:02}").exists() for number in volumes_of(bundle, wanted)
        )

    def _check_left(self, before: set[Digest], revision: int, reason: Reason) -> None:
        """Nothing was written, but for content that was verified before the fault was met."""
        assert self.host.catalog.revision() == revision
        if reason in (Reason.DAMAGED, Reason.VOLUME):
            assert before <= self._store
        else:
            assert before == self._store, f"something was written: {reason}"

    def _note(self, bundle: Bundle, reason: Reason, hit: Path | None) -> None:
        """Remember what a refused bundle told; a delta is remembered once its base is here."""
        if reason in (Reason.SERIES, Reason.ROLLBACK, Reason.EXPIRED):
            return
        lists_are_right = hit is None or hit.name in {one.hex for one in bundle.carried}
        self.advice = bundle.advice if lists_are_right else None
        if lists_are_right and not bundle.base:
            self.seen = self.unsure = bundle.version
        elif reason in (Reason.DAMAGED, Reason.VOLUME):
            self.unsure = max(self.unsure, bundle.version)

    def uninstall(self, key: Key) -> None:
        """Take one image away."""
        self.host.uninstall(":".join(key))
        del self.installed[key]

    def prune(self) -> None:
        """Keep the newest release of each name, and what has no order."""
        self.host.prune(keep_newest=1)
        for name in {name for name, _ in self.installed}:
            releases = sorted(key for key in self.installed if key[0] == name and key[1] != FLOATS)
            for key in releases[:-1]:
                del self.installed[key]

    def check(self) -> None:
        """It has exactly what it was sent, whole, and knows what not to use."""
        found = {(image.name, image.version): image.content.root for image in self.host.list()}
        assert found == {key: image.root for key, image in self.installed.items()}
        assert self.has <= self._store
        assert self.host.check_store() == ()
        if self.advice is not None:
            told = {str(row.withdrawal.digest) for row in self.host.withdrawn()}
            roots = {str(image.root.digest) for image in self.installed.values()}
            assert told == self.advice & roots
