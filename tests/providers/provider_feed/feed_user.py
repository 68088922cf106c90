"""Publishing by commands, and reading what was published as somebody who pinned the feed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from feed_format import FeedReader, TrustedFeed, TrustReader, folder_fetch, parse_fingerprint
from provider_core.digests import Digest
from provider_core.model import Package

from ...provider_core.cli.running import NOW, Ferry, Ran

__all__ = ["FeedUser", "Subscriber"]


@dataclass(frozen=True, kw_only=True)
class FeedUser:
    """Somebody with keys and a feed."""

    ferry: Ferry
    path: Path

    def feed(self, verb: str, *arguments: str) -> Ran:
        """Run ``ferry feed VERB`` on the feed."""
        return self.ferry("feed", verb, str(self.path), *arguments)

    def key(self, verb: str, *arguments: str) -> Ran:
        """Run ``ferry key VERB`` on the feed."""
        return self.ferry("key", verb, str(self.path), *arguments)

    def offers(self) -> list[tuple[str, str]]:
        """Return name and version of everything that `feed list` shows."""
        ran = self.feed("list", "--json")
        assert ran.code == 0, ran.err
        return [(row["name"], row["version"]) for row in ran.rows]

    def state(self) -> dict[str, Any]:
        """Return what `key show` says of the feed."""
        ran = self.key("show", "--json")
        assert ran.code == 0, ran.err
        (row,) = ran.rows
        return row

    def keys(self) -> dict[str, dict[str, Any]]:
        """Return the feed's keys, by their first role."""
        return {row["roles"][0]: row for row in self.key("list", "--json").rows}

    def subscriber(self, state: Path) -> Subscriber:
        """Return a reader who pins the feed's fingerprint as it is shown now."""
        return Subscriber(
            path=self.path, state=state, pin=parse_fingerprint(self.state()["fingerprint"])
        )


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """A reader who remembers what was read."""

    path: Path
    state: Path
    pin: Digest
    clock: Callable[[], datetime] = lambda: NOW

    def refresh(self) -> TrustedFeed:
        """Verify what is there."""
        self.state.mkdir(exist_ok=True)
        fetch = folder_fetch(self.path)
        return TrustReader(fetch, self.state, self.pin, clock=self.clock).refresh()

    def packages(self, name: str) -> tuple[Package, ...]:
        """Return what the feed offers of *name*, verified."""
        reader = FeedReader(folder_fetch(self.path), self.refresh(), self.state)
        document = reader.find(name)
        return document.packages if document else ()

    def manifest(self, package: Package) -> dict[str, Any]:
        """Return the manifest of *package*, whose blobs have to be there, whole."""
        document: dict[str, Any] = json.loads(self._blob(str(package.pin.digest)))
        for blob in (document["config"], *document["layers"]):
            assert len(self._blob(blob["digest"])) == blob["size"]
        return document

    def _blob(self, digest: str) -> bytes:
        data = (self.path / "blobs" / digest.replace(":", "/")).read_bytes()
        assert str(Digest.of(data)) == digest
        return data
