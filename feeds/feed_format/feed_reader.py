"""Reading what a trusted feed says: names, documents, and what changed since the last time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from provider_core.digests import Digest
from provider_core.errors import DocumentError, IntegrityError, NotFoundError
from provider_core.oci import dump_json, read_document
from provider_core.oci.layout import blob_path
from provider_core.references import name_key

from .documents import DOCUMENT_LIMIT, Document
from .feed_folder import FeedFolder, Fetch
from .paths import SHARD_COUNT, shard_target, target_file
from .shards import EMPTY_SHARD, DocumentRef, Shard, shard_number
from .target_list import EMPTY_REF, TargetRef, fetch_exact
from .trusted_feed import TrustedFeed

__all__ = ["Changes", "FeedReader", "fetch_document"]

_SHARDS = "shards"
_TABLES = "tables"
_TABLE_LIMIT = 256 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is different from an earlier state."""

    since: str | None
    """The token of that state; None if it is unknown here and *changed* is everything."""
    token: str
    """The token of the state now."""
    changed: tuple[DocumentRef, ...]
    """New and changed documents."""
    removed: tuple[str, ...]
    """Names that are gone, as they were spelled."""


class FeedReader:
    """Reads the feed that *fetch* reaches as *feed*, its verified metadata, names it.

    Shards are kept in the folder *cache*, whose lock the caller holds.
    """

    def __init__(self, fetch: Fetch, feed: TrustedFeed, cache: Path) -> None:
        self._fetch = fetch
        self._feed = feed
        self._cache = FeedFolder(cache)

    @property
    def token(self) -> str:
        """What names the state of the feed's shards: equal for equal content."""
        return Digest.of(self._table()).hex

    def find(self, name: str) -> Document | None:
        """Return what the feed says of *name*, None if nothing.

        Raises IntegrityError, NotFoundError for a file that is not there, TransportError.
        """
        ref = self.shard(shard_number(name)).names.get(name_key(name))
        return None if ref is None else fetch_document(self._fetch, ref)

    def names(self) -> Iterator[DocumentRef]:
        """Yield every name and where its document is, in the order of the shards."""
        for number in range(SHARD_COUNT):
            yield from self.shard(number).names.values()

    def shard(self, number: int) -> Shard:
        """Return the shard *number*, from the cache if it is there.

        Raises IntegrityError, NotFoundError, TransportError, StoreError.
        """
        ref = self._feed.list.shard(number)
        kept = self._kept(number, ref)
        if kept is not None:
            return kept
        path = target_file(shard_target(number), ref.digest, base=self._feed.base)
        data = fetch_exact(self._fetch, path, ref.digest, ref.size)
        shard = Shard.parse(data, number)
        self._cache.replace(_cached(ref), data)
        return shard

    def file(self, target: str) -> bytes | None:
        """Return the target file *target* (`series.json`), None if the feed has none.

        Raises IntegrityError, NotFoundError, TransportError.
        """
        ref = self._feed.list.files.get(target)
        if ref is None:
            return None
        path = target_file(target, ref.digest, base=self._feed.base)
        return fetch_exact(self._fetch, path, ref.digest, ref.size)

    def changes(self, since: str | None) -> Changes:
        """Return what is different from the state named *since*, by an earlier call's token.

        Everything is different from None and from a state that is no longer known here.
        Raises as `shard` does.
        """
        known = None if since is None else self._known_table(since)
        before = (EMPTY_REF,) * SHARD_COUNT if known is None else known
        changed: list[DocumentRef] = []
        removed: list[str] = []
        for number, old_ref in enumerate(before):
            if self._feed.list.shard(number) == old_ref:
                continue
            old = self._kept(number, old_ref)
            if old is None:
                return self.changes(None)
            new = self.shard(number)
            changed += [one for key, one in new.names.items() if old.names.get(key) != one]
            removed += [one.name for key, one in old.names.items() if key not in new.names]
        table = self._table()
        self._cache.replace(_table_file(Digest.of(table)), table)
        return Changes(
            since=since if known is not None else None,
            token=Digest.of(table).hex,
            changed=tuple(changed),
            removed=tuple(removed),
        )

    def forget_except(self, *tokens: str) -> None:
        """Drop what the cache keeps for other states than those of *tokens*."""
        refs = {ref for token in tokens for ref in self._known_table(token) or ()}
        needed = {_cached(ref) for ref in refs} | {f"{_TABLES}/{token}" for token in tokens}
        for folder in (_SHARDS, _TABLES):
            for name in list(self._cache.names(folder)):
                if f"{folder}/{name}" not in needed:
                    self._cache.remove(f"{folder}/{name}")

    def _kept(self, number: int, ref: TargetRef) -> Shard | None:
        if ref == EMPTY_REF:
            return EMPTY_SHARD
        try:
            data = fetch_exact(self._cache.read, _cached(ref), ref.digest, ref.size)
        except (NotFoundError, IntegrityError):
            return None
        return Shard.parse(data, number)

    def _table(self) -> bytes:
        shards = (self._feed.list.shard(number) for number in range(SHARD_COUNT))
        return dump_json(
            {"shards": [{"digest": str(ref.digest), "size": ref.size} for ref in shards]}
        )

    def _known_table(self, token: str) -> tuple[TargetRef, ...] | None:
        try:
            digest = Digest(algorithm="sha256", hex=token)
            data = self._cache.read(_table_file(digest), _TABLE_LIMIT)
            if Digest.of(data) != digest:
                return None
            rows = read_document(data, what="table").array("shards", limit=SHARD_COUNT)
            refs = (
                TargetRef(digest=row.digest("digest"), size=row.required("size", int))
                for row in rows
            )
            return tuple(refs)
        except (NotFoundError, IntegrityError):
            return None


def fetch_document(fetch: Fetch, ref: DocumentRef) -> Document:
    """Return the document that *ref* names, verified; any thread may call it.

    Raises IntegrityError, NotFoundError, TransportError; NotSupported for another major version.
    """
    if ref.size > DOCUMENT_LIMIT:
        raise DocumentError(f"{ref.size} bytes, at most {DOCUMENT_LIMIT}", what=ref.name)
    document = Document.parse(fetch_exact(fetch, blob_path(ref.digest), ref.digest, ref.size))
    if name_key(document.name) != name_key(ref.name):
        raise DocumentError(f"it is of {document.name!r}, not {ref.name!r}", path="name")
    return document


def _cached(ref: TargetRef) -> str:
    return f"{_SHARDS}/{ref.digest.hex}"


def _table_file(digest: Digest) -> str:
    return f"{_TABLES}/{digest.hex}"
