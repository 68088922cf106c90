"""Reading a feed's trust: from a root that was pinned to the list of what is in it.

The state folder keeps what was verified before, which is what protects against a feed that goes
back.  One reader at a time may use it: the caller holds its lock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tuf.api.exceptions import DownloadError, RepositoryError
from tuf.ngclient import Updater
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet

from provider_core.digests import Digest
from provider_core.disk.failures import translated
from provider_core.errors import NotFoundError, SignatureError, Untrusted

from .feed_folder import FeedFolder, Fetch
from .fingerprints import fingerprint_of, show_fingerprint
from .paths import TRUST, role_file
from .published_state import METADATA_LIMIT
from .roles import ROLES
from .root_chain import ROOT_LIMIT, check_first, root_version
from .target_list import TargetList
from .trust_faults import Scene, translated_fault
from .trusted_feed import RoleState, TrustedFeed
from .tuf_client import TufFetcher, new_updater, trusted_set

__all__ = ["Pin", "TrustReader", "utc_now"]

Pin = bytes | Digest | None
"""How a feed is known: a root of its chain, the fingerprint of the first one, or not at all."""

_LEARNT = "pinned.root.json"
_PAUSE = 0.1
"""Seconds between the two tries: longer than a publisher needs from root to pointer."""


def utc_now() -> datetime:
    """Return the time of this host, UTC."""
    return datetime.now(UTC)


class TrustReader:
    """Verifies the metadata in the folder *base* of the feed that *fetch* reaches.

    *state* is a folder of this feed alone; *pin* says which feed it has to be; signatures count
    until *accept_expired* after their end, whatever their role.
    """

    def __init__(
        self,
        fetch: Fetch,
        state: Path,
        pin: Pin,
        *,
        accept_expired: timedelta = timedelta(0),
        clock: Callable[[], datetime] = utc_now,
        base: str = TRUST,
    ) -> None:
        self._fetch = fetch
        self._state = FeedFolder(state)
        self._pin = pin
        self._accepted = accept_expired
        self._clock = clock
        self._base = base

    def refresh(self) -> TrustedFeed:
        """Read and verify what is new; return what is trusted now.

        A signature that does not fit is met by one second try after a moment, for a publisher
        may just be changing keys.

        Raises Untrusted if it is another feed than was pinned; SignatureError, Rollback,
        Expired (frozen), DigestMismatch or IntegrityError (mixed up), SizeMismatch (endless),
        DocumentError; NotFoundError if there is no feed; NotSupported for another major version
        of the format; TransportError; StoreError.
        """
        try:
            return self._refresh()
        except SignatureError:
            time.sleep(_PAUSE)
        return self._refresh()

    def _refresh(self) -> TrustedFeed:
        root = self._bootstrap()
        now = self._clock().astimezone(UTC)
        fetcher = TufFetcher(self._fetch)
        try:
            updater = new_updater(self._state.root, self._base, fetcher, root, now - self._accepted)
            trusted = trusted_set(updater)
            self._run(
                updater,
                Scene(trusted=trusted, fetcher=fetcher, now=now, accepted=self._accepted),
                root,
            )
        except OSError as error:
            raise translated(error, self._state.root) from error
        return self._trusted(root, trusted)

    def _run(self, updater: Updater, scene: Scene, root: bytes) -> None:
        try:
            updater.refresh()
        except (RepositoryError, DownloadError) as error:
            fault = translated_fault(error, scene)
            if isinstance(fault, SignatureError):
                self._check_same_feed(root)
            raise fault from error

    def _bootstrap(self) -> bytes:
        """Return the root to begin with; learn it from the feed if only its fingerprint is known.

        What is learnt is kept, so that the feed cannot become another one later.
        """
        if isinstance(self._pin, bytes):
            check_first(self._pin)
            return self._pin
        try:
            known = self._state.read(_LEARNT, ROOT_LIMIT)
        except NotFoundError:
            known = b""
        if known and self._pin in (None, fingerprint_of(known)):
            return known
        first = self._fetch(role_file("root", 1, base=self._base), ROOT_LIMIT)
        if self._pin is not None and fingerprint_of(first) != self._pin:
            raise _wrong_root(self._pin, fingerprint_of(first))
        check_first(first)
        self._state.replace(_LEARNT, first)
        return first

    def _check_same_feed(self, root: bytes) -> None:
        """Raise Untrusted if the feed's root of that version is another one than *root*."""
        path = role_file("root", root_version(root), base=self._base)
        try:
            found = self._fetch(path, ROOT_LIMIT)
        except NotFoundError:
            found = b""
        if found != root:
            raise _wrong_root(fingerprint_of(root), fingerprint_of(found))

    def _trusted(self, root: bytes, trusted: TrustedMetadataSet) -> TrustedFeed:
        metadata = {
            f"{version}.root.json": self._kept(f"root_history/{version}.root.json")
            for version in range(root_version(root), trusted.root.version + 1)
        }
        newest = metadata[f"{trusted.root.version}.root.json"]
        for role in (trusted.targets, trusted.snapshot):
            metadata[f"{role.version}.{role.type}.json"] = self._kept(f"{role.type}.json")
        metadata["timestamp.json"] = self._kept("timestamp.json")
        return TrustedFeed(
            list=TargetList.read(trusted.targets),
            roles=tuple(
                RoleState(role=role, version=trusted[role].version, expires=trusted[role].expires)
                for role in ROLES
            ),
            root=newest,
            fingerprint=fingerprint_of(root),
            pinned=self._pin is not None,
            base=self._base,
            metadata=metadata,
        )

    def _kept(self, name: str) -> bytes:
        return self._state.read(name, METADATA_LIMIT)


def _wrong_root(expected: Digest, found: Digest) -> Untrusted:
    return Untrusted(
        f"this is another feed: its root is {show_fingerprint(found)},"
        f" {show_fingerprint(expected)} is pinned",
        hint="compare the fingerprint with the publisher's, over another way than the feed itself",
        expected=str(expected),
        found=str(found),
    )
