"""The near side: follows who publishes, and saves bundles for series of far sides."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from feed_format import BASE_TARGET, SERIES_TARGET, Base, Series, read_feed
from provider_core import Host, Settings, Wishes
from provider_core.cli.report import Report
from provider_core.digests import Digest
from provider_core.errors import UsageError
from provider_core.oci.media_types import is_manifest
from provider_core.operations.results import SaveResult
from provider_core.testing import SmallImage
from provider_feed import FeedProvider

from .media import Bundle, volumes_list
from .publishers import Key, Publishers

__all__ = ["NearSide", "Order"]

_SPARE = 8 << 10
"""Bytes of a volume beyond the least: so few that a bundle takes several, and cuts layers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be saved."""

    keys: Sequence[Key]
    series: str
    days: int = 365
    """How long it holds."""
    known: Mapping[Path, frozenset[Digest]] = field(default_factory=dict)
    """What is named with --missing-from, and what each of it tells of."""
    in_volumes: bool = False
    onto: Bundle | None = None
    """The last bundle of its folder, which this save extends."""


class NearSide:
    """A home that is online."""

    def __init__(self, folder: Path, publishers: Publishers) -> None:
        self._folder = folder
        self._publishers = publishers
        self._saves = 0
        self.host = Host(
            folder / "near",
            providers=[FeedProvider, publishers.shelf],
            settings=Settings(plugins=False, jobs=1),
            clock=publishers.feed.clock,
        )
        known = {"fingerprint": publishers.fingerprint}
        self.host.add_source("feed", str(publishers.feed.path), options=known)
        self.host.add_source("registry", "shelf://registry")
        self.installed: dict[Key, SmallImage] = {}

    @property
    def available(self) -> dict[Key, SmallImage]:
        """What a save would carry: what is installed, else what is published."""
        return self._publishers.offered | self.installed

    def install(self, key: Key) -> None:
        """Have what is published now of *key*."""
        self.host.install(":".join(key), wishes=Wishes(force=True))
        self.installed[key] = self._publishers.offered[key]

    def report_tells(self, bundle: Bundle) -> frozenset[Digest]:
        """Return what the report of *bundle* tells of now: what of its images is still here."""
        sent = {image.root.digest for image in bundle.sent}
        here = (image for image in self.installed.values() if image.root.digest in sent)
        return frozenset(digest for image in here for digest in image.blobs)

    def save(self, order: Order) -> Bundle:
        """Save *order*; what it carries must be exactly what its receivers lack."""
        self.host.refresh("feed")
        self._saves += 1
        folder = order.onto.folder if order.onto else self._folder / "out" / f"{self._saves}"
        result = self._saved(order, folder)
        copy = shutil.copytree(folder, self._folder / "copies" / f"{self._saves}")
        bundle = self._expected(order, folder, copy)
        _check(bundle)
        bundle.report.write_text(json.dumps(self._report(result)))
        return bundle

    def _saved(self, order: Order, folder: Path) -> SaveResult:
        requests = [":".join(key) for key in order.keys]
        options: dict[str, object] = {
            "series": order.series,
            "valid-for": f"{order.days}d",
            "missing-from": tuple(map(str, order.known)),
        }
        if not order.in_volumes:
            return self.host.save(*requests, to=str(folder), wishes=Wishes(options=options))
        small = Wishes(options={**options, "volume-size": "64kB"})
        try:
            return self.host.save(*requests, to=str(folder), wishes=small)
        except UsageError as error:
            size = int(str(error.fields["least"])) + _SPARE
        enough = Wishes(options={**options, "volume-size": str(size)})
        return self.host.save(*requests, to=str(folder), wishes=enough)

    def _expected(self, order: Order, folder: Path, copy: Path) -> Bundle:
        before = order.onto
        images = {key: self.available[key] for key in order.keys}
        told = list(order.known.values())
        known = frozenset.intersection(*told) if told else frozenset()
        left = _left_out(images.values(), known)
        carried = {digest for image in images.values() for digest in image.blobs} - left
        if before is not None:
            carried |= before.carried
            left |= before.base
        feed = read_feed(sorted(copy.glob("volume-*"))[0] if order.in_volumes else copy)
        data = feed.file(SERIES_TARGET)
        assert data is not None
        return Bundle(
            folder=folder,
            path=copy,
            report=copy.with_suffix(".report"),
            series=order.series,
            version=Series.parse(data).version,
            ends=self._publishers.feed.clock() + timedelta(days=order.days),
            images={**(before.images if before else {}), **images},
            sent=tuple(images.values()),
            carried=frozenset(carried),
            base=frozenset(left - carried),
            advice=frozenset(self._publishers.withdrawn) | (before.advice if before else set()),
        )

    def _report(self, result: SaveResult) -> dict[str, object]:
        report, now = Report("save", [], Wishes()), self._publishers.feed.clock()
        report.saved(result)
        return report.document(started=now, finished=now)


def _left_out(images: Iterable[SmallImage], known: frozenset[Digest]) -> set[Digest]:
    blobs = (blob for image in images for blob in image.contents)
    return {
        blob.digest for blob in blobs if blob.digest in known and not is_manifest(blob.media_type)
    }


def _check(bundle: Bundle) -> None:
    folders = sorted(bundle.path.glob("volume-*")) or [bundle.path]
    there = {path.name for folder in folders for path in folder.glob("blobs/sha256/*")}
    if bundle.volumes:
        there |= {digest.hex for digest in volumes_list(bundle).cut}
    of_images = {digest.hex for image in bundle.images.values() for digest in image.blobs}
    assert there & of_images <= {digest.hex for digest in bundle.carried}, "it carries too much"
    assert {digest.hex for digest in bundle.carried} <= there, "it lacks what it should carry"
    data = read_feed(folders[0]).file(BASE_TARGET)
    assert (set(Base.parse(data).blobs) if data else set()) == bundle.base
