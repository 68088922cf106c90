"""Feeds for tests: keys, packages and publications in a few lines, and ways to lie to a reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from tuf.api.metadata import Metadata, MetaFile, Snapshot, Targets, Timestamp

from feed_format import (
    FeedRoles,
    Fetch,
    Lives,
    Pin,
    PublicKey,
    RoleKeys,
    SigningKey,
    TrustReader,
    create_feed,
    first_root,
    folder_fetch,
    next_root,
    open_publisher,
    sign_root,
)
from feed_format.signing import add_signatures
from provider_core.errors import NoSuchFile, SizeMismatch
from provider_core.model import Package, PackageId
from provider_core.oci import Descriptor
from provider_core.oci.media_types import OCI_MANIFEST
from provider_core.platforms import Platform

__all__ = [
    "NOW",
    "Clock",
    "Counting",
    "FeedMaker",
    "Overlay",
    "keys_of",
    "online_roles",
    "package",
    "reader_of",
    "repointed",
    "republish",
    "trust_files",
]

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_days(self, days: float) -> None:
        """Let *days* go by."""
        self.now += timedelta(days=days)


def keys_of(*signers: SigningKey, threshold: int = 1) -> RoleKeys:
    """Return the role of *signers*."""
    return RoleKeys(keys=tuple(map(PublicKey.of, signers)), threshold=threshold)


def online_roles(root: SigningKey, online: SigningKey) -> FeedRoles:
    """Return the usual two keys as roles."""
    return FeedRoles.split(root=keys_of(root), online=keys_of(online))


def package(
    name: str = "tool",
    version: str = "1.0",
    *,
    pin: Descriptor | None = None,
    platform: Platform | None = None,
    summary: str = "",
) -> Package:
    """Return an offer; its pin is made up from its name and version if there is none."""
    return Package(
        id=PackageId(
            provider="feed", source="there", name=name, version=version, platform=platform
        ),
        pin=pin or Descriptor.of(f"{name}:{version}".encode(), OCI_MANIFEST),
        publisher="Example",
        summary=summary,
    )


@dataclass(kw_only=True)
class FeedMaker:
    """A publisher with its keys, a clock, and one feed in a folder."""

    path: Path
    clock: Clock = field(default_factory=Clock)
    root_key: SigningKey = field(default_factory=SigningKey.generate)
    online: SigningKey = field(default_factory=SigningKey.generate)
    lives: Lives = field(default_factory=Lives)
    roots: list[bytes] = field(default_factory=list)

    def create(self) -> FeedMaker:
        """Make the feed, without a publication."""
        root = first_root(
            online_roles(self.root_key, self.online), self.clock.now + self.lives.root
        )
        self.roots.append(sign_root(root, [self.root_key]))
        create_feed(self.path, self.roots)
        return self

    def publish(self, *packages: Package, at_least: int = 0) -> int:
        """Publish *packages* besides what is there; return the version."""
        with open_publisher(
            self.path, [self.online], clock=self.clock, lives=self.lives
        ) as publisher:
            publisher.add(packages)
            return publisher.publish(at_least=at_least).version

    def refresh(self) -> int:
        """Sign again; return the version."""
        with open_publisher(
            self.path, [self.online], clock=self.clock, lives=self.lives
        ) as publisher:
            return publisher.refresh().version

    def following(self, roles: FeedRoles, *signers: SigningKey) -> bytes:
        """Return the next root, signed by *signers*."""
        root = next_root(self.roots[-1], roles, self.clock.now + self.lives.root)
        self.roots.append(sign_root(root, signers))
        return self.roots[-1]


def reader_of(
    feed: FeedMaker,
    state: Path,
    *,
    pin: Pin | str = "first",
    fetch: Fetch | None = None,
    accept_expired: timedelta = timedelta(0),
) -> TrustReader:
    """Return a reader of *feed* that pinned its first root unless told otherwise."""
    state.mkdir(parents=True, exist_ok=True)
    return TrustReader(
        fetch or folder_fetch(feed.path),
        state,
        feed.roots[0] if isinstance(pin, str) else pin,
        accept_expired=accept_expired,
        clock=feed.clock,
    )


class Overlay:
    """A Fetch that answers some paths with other bytes; None: they are not there."""

    def __init__(self, folder: Path, files: Mapping[str, bytes | None]) -> None:
        self._fetch = folder_fetch(folder)
        self.files = dict(files)

    def __call__(self, path: str, limit: int, /) -> bytes:
        if path not in self.files:
            return self._fetch(path, limit)
        data = self.files[path]
        if data is None:
            raise NoSuchFile(path)
        if len(data) > limit:
            raise SizeMismatch(limit, len(data), what=path)
        return data


class Counting:
    """A Fetch that counts what goes through it."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self.paths: list[str] = []
        self.size = 0
        """Bytes."""

    def __call__(self, path: str, limit: int, /) -> bytes:
        self.paths.append(path)
        data = self._fetch(path, limit)
        self.size += len(data)
        return data


def trust_files(feed: FeedMaker) -> dict[str, bytes]:
    """Return the signed files as they are now, by their path in the feed."""
    return {
        f"trust/{path.name}": path.read_bytes()
        for path in (feed.path / "trust").iterdir()
        if path.is_file()
    }


def republish(
    feed: FeedMaker,
    version: int,
    edit: Callable[[Targets], object],
    *,
    targets_version: int = 0,
    digests: bool = True,
) -> None:
    """Sign the newest targets again after *edit*, by the book, as a publisher gone wrong would."""
    trust = feed.path / "trust"
    newest = max(int(path.name.partition(".")[0]) for path in trust.glob("*.targets.json"))
    targets = Metadata[Targets].from_file(str(trust / f"{newest}.targets.json"))
    edit(targets.signed)
    expires = feed.clock.now + timedelta(days=9)
    listed = _signed(feed, targets.signed, trust, targets_version or version, digests)
    snapshot = Snapshot(expires=expires, meta={"targets.json": listed})
    pointed = _signed(feed, snapshot, trust, version, digests)
    timestamp = Timestamp(version=version, expires=expires, snapshot_meta=pointed)
    _signed(feed, timestamp, trust, version, digests)


def repointed(feed: FeedMaker, version: int, snapshot: str) -> bytes:
    """Return a pointer of *version*, rightly signed, to the file *snapshot* of the feed."""
    data = (feed.path / "trust" / snapshot).read_bytes()
    meta = MetaFile.from_data(int(snapshot.partition(".")[0]), data, ["sha256"])
    expires = feed.clock.now + timedelta(days=9)
    metadata = Metadata(Timestamp(version=version, expires=expires, snapshot_meta=meta))
    add_signatures(metadata, [feed.online])
    return metadata.to_bytes()


T = TypeVar("T", Targets, Snapshot, Timestamp)


def _signed(feed: FeedMaker, content: T, trust: Path, version: int, digests: bool) -> MetaFile:
    content.version = version
    metadata = Metadata(content)
    add_signatures(metadata, [feed.online])
    data = metadata.to_bytes()
    number = "" if content.type == Timestamp.type else f"{version}."
    (trust / f"{number}{content.type}.json").write_bytes(data)
    return MetaFile.from_data(version, data, ["sha256"]) if digests else MetaFile(version)
