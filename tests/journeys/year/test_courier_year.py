"""A courier's whole year: every site has exactly what it was sent, or a named reason why not.

A few short years by default; IMAGEFERRY_COURIER_YEARS=200 are so many, and longer ones.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from provider_core.digests import Digest
from provider_core.testing import SmallImage

from .media import Bundle, Journey
from .near_side import NearSide, Order
from .publishers import FEED_NAMES, NAMES, VERSIONS, Key, Publishers, built
from .sites import FarSite

YEARS = int(os.environ.get("IMAGEFERRY_COURIER_YEARS", "0"))
SERIES = ("plants", "plants", "harbour")
"""Of each site: two of them get the same bundles."""

T = TypeVar("T")
KEYS = st.tuples(st.sampled_from(NAMES), st.sampled_from(VERSIONS))
BUILDS = st.builds(built, st.integers(0, 1), st.integers(0, 3))
SITES = st.integers(0, len(SERIES) - 1)
NUMBERS = st.integers(0, 1 << 16)
HITS = st.one_of(st.just(-1), st.just(-1), st.integers(0, 1 << 30))
LOST: st.SearchStrategy[frozenset[int]] = st.one_of(
    st.just(frozenset()), st.frozensets(st.integers(1, 3), min_size=1, max_size=2)
)
JOURNEYS = st.builds(Journey, bit=HITS, in_blobs=st.booleans(), cut=st.booleans(), lost=LOST)
WAYS = ("", "inventories", "inventories", "bundle", "report")
"""By what the near side knows what is there; '' for a bundle with everything."""


@dataclass(frozen=True)
class Load:
    """What is sent, by numbers that choose among what there is."""

    series: str
    keys: list[int]
    days: int
    number: int
    """Of the earlier bundle that is named."""


LOADS = st.builds(
    Load,
    series=st.sampled_from(SERIES[1:]),
    keys=st.lists(NUMBERS, min_size=1, max_size=4),
    days=st.sampled_from([10, 365, 365]),
    number=NUMBERS,
)


def picked(things: Sequence[T], number: int) -> T:
    return things[number % len(things)]


class CourierYear(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.place = Path(self.folder.name)
        self.publishers = Publishers(self.place)
        self.desk: list[Bundle] = []
        """Bundles of the courier: each may be taken again and again, in any order, or never."""
        self.sites: list[FarSite] = []
        self.stock: dict[FarSite, tuple[Path, frozenset[Digest]]] = {}
        """The last inventory of each, and what it tells of."""

    @initialize(image=BUILDS)
    def set_up(self, image: SmallImage) -> None:
        self.publishers.publish(("app", "1.0"), image)
        self.near = NearSide(self.place, self.publishers)
        self.near.install(("app", "1.0"))
        first = {
            series: self.near.save(Order(keys=[("app", "1.0")], series=series))
            for series in dict.fromkeys(SERIES)
        }
        self.desk += first.values()
        clock = self.publishers.feed.clock
        self.sites = [
            FarSite(self.place / f"site-{number}", clock, first[series])
            for number, series in enumerate(SERIES)
        ]
        self.stock = {site: (site.inventory(), site.has) for site in self.sites}

    def teardown(self) -> None:
        if self.sites:
            self.near.host.close()
        for site in self.sites:
            site.host.close()
        self.folder.cleanup()

    @rule(key=KEYS, image=BUILDS)
    def publish(self, key: Key, image: SmallImage) -> None:
        self.publishers.publish(key, image)

    @rule(number=NUMBERS)
    def withdraw(self, number: int) -> None:
        keys = sorted(key for key in self.publishers.offered if key[0] in FEED_NAMES)
        if keys:
            self.publishers.withdraw(picked(keys, number))

    @rule(number=NUMBERS)
    def install_nearby(self, number: int) -> None:
        keys = sorted(self.publishers.offered)
        if keys:
            self.near.install(picked(keys, number))

    @rule(days=st.integers(1, 45))
    def pass_days(self, days: int) -> None:
        self.publishers.pass_days(days)

    @rule(site=SITES)
    def take_stock(self, site: int) -> None:
        far = self.sites[site]
        self.stock[far] = (far.inventory(), far.has)

    def _known(self, series: str, way: str, number: int) -> Mapping[Path, frozenset[Digest]]:
        """Return what --missing-from is told: by inventories, an earlier bundle or its report."""
        if way == "inventories":
            return dict(self.stock[site] for site in self.sites if site.series == series)
        earlier = [bundle for bundle in self.desk if bundle.series == series]
        bundle = picked(earlier, number)
        if way == "bundle":
            return {bundle.path: bundle.told}
        tells = self.near.report_tells(bundle)
        return {bundle.report: tells} if way == "report" and tells else {}

    @rule(load=LOADS, way=st.sampled_from(WAYS), journeys=st.lists(JOURNEYS, max_size=2))
    def send(self, load: Load, way: str, journeys: list[Journey]) -> None:
        """Save for the sites of a series; the copies of some of them never arrive."""
        self._send(self._order(load, way), journeys)

    @rule(load=LOADS, way=st.sampled_from(WAYS), journeys=st.lists(JOURNEYS, max_size=2))
    def send_volumes(self, load: Load, way: str, journeys: list[Journey]) -> None:
        """The same on several media."""
        self._send(replace(self._order(load, way), in_volumes=True), journeys)

    @rule(load=LOADS, way=st.sampled_from(WAYS), journeys=st.lists(JOURNEYS, max_size=2))
    def send_more(self, load: Load, way: str, journeys: list[Journey]) -> None:
        """The same into the folder of an earlier bundle."""
        earlier = [one for one in self.desk if one.series == load.series and not one.volumes]
        self._send(replace(self._order(load, way), onto=earlier[-1]), journeys)

    def _order(self, load: Load, way: str) -> Order:
        there = sorted(self.near.available)
        return Order(
            keys=list(dict.fromkeys(picked(there, key) for key in load.keys)),
            series=load.series,
            days=load.days,
            known=self._known(load.series, way, load.number),
        )

    def _send(self, order: Order, journeys: list[Journey]) -> None:
        bundle = self.near.save(order)
        self.desk.append(bundle)
        sites = [number for number, series in enumerate(SERIES) if series == order.series]
        for site, journey in zip(sites, journeys, strict=False):
            self._deliver(site, bundle, journey)

    @rule(site=SITES, back=st.integers(0, 5), journey=JOURNEYS, force=st.booleans())
    def deliver_late(self, site: int, back: int, journey: Journey, force: bool) -> None:
        """Bring one of the last bundles: a second time, out of order, or to a wrong site."""
        self._deliver(site, self.desk[-1 - back % len(self.desk)], journey, force=force)

    def _deliver(self, site: int, bundle: Bundle, journey: Journey, *, force: bool = False) -> None:
        reason = self.sites[site].receive(bundle, journey, force=force)
        event(reason.name if reason else "TAKEN")

    @rule(site=SITES, back=st.integers(0, 5))
    def go_back(self, site: int, back: int) -> None:
        """Take an old bundle on purpose, which may be one of a wrong series."""
        self.sites[site].go_back(self.desk[-1 - back % len(self.desk)])

    @rule(site=SITES, number=NUMBERS)
    def uninstall(self, site: int, number: int) -> None:
        far = self.sites[site]
        if far.installed:
            far.uninstall(picked(sorted(far.installed), number))

    @rule(site=SITES, how=st.sampled_from(["prune", "collect"]))
    def tidy(self, site: int, how: str) -> None:
        if how == "prune":
            self.sites[site].prune()
        else:
            self.sites[site].host.collect(grace=0)

    @rule(site=SITES)
    def catch_up(self, site: int) -> None:
        """What was made for an inventory of today is taken today, whatever was lost before."""
        far = self.sites[site]
        known = {far.inventory(): far.has}
        keys = sorted(self.near.available)
        if not keys:
            return
        bundle = self.near.save(Order(keys=keys, series=far.series, known=known))
        self.desk.append(bundle)
        assert far.receive(bundle, Journey(), force=True) is None
        assert far.installed.items() >= self.near.available.items()

    @invariant()
    def every_site_has_what_it_was_sent(self) -> None:
        for site in self.sites:
            site.check()


TestCourierYear = CourierYear.TestCase
TestCourierYear.settings = settings(
    max_examples=YEARS or 3,
    stateful_step_count=50 if YEARS else 15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ),  # a year takes seconds: too long to shrink
)
