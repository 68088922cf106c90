"""prune: rules let go, holds, tags, dependents and containers keep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from provider_core import Host
from provider_core.errors import UsageError
from provider_core.testing import small_image

from .engines_double import EnginesDouble
from .hosts import Homes, shelf_sources
from .shelf_double import Shelf, image_of

MAY = datetime(2026, 5, 1, tzinfo=UTC)


class Calendar:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = MAY

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


@pytest.fixture
def calendar() -> Calendar:
    """Return a clock that stands at the first of May."""
    return Calendar()


@pytest.fixture
def engines() -> EnginesDouble:
    """Return engines without containers."""
    return EnginesDouble()


@pytest.fixture
def stocked(homes: Homes, shelf: Shelf, calendar: Calendar, engines: EnginesDouble) -> Host:
    """Return a host that has installed a version of `app` each day, 1 to 5, and two labels."""
    host = homes(shelf, clock=calendar, engine_users=engines)
    shelf_sources(host, "lab")
    for version in ("1", "2", "3", "4", "10", "edge", "1-slim"):
        shelf.put("lab", "app", version, image_of(f"app {version}"))
        host.install(f"app:{version}")
        calendar.now += timedelta(days=1)
    return host


def left(host: Host) -> list[str]:
    """Return the versions that are installed."""
    return [image.version for image in host.list()]


def test_the_newest_of_each_variant_stay_and_labels_do(stocked: Host) -> None:
    revision = stocked.catalog.revision()
    result = stocked.prune(keep_newest=2)
    assert left(stocked) == ["10", "4", "1-slim", "edge"]
    assert [removal.image.version for removal in result.removals] == ["3", "2", "1"]
    assert result.kept == ()
    assert stocked.catalog.revision() == revision + 1


def test_the_young_stay(stocked: Host) -> None:
    stocked.prune(older_than=3 * 86400.0)
    assert left(stocked) == ["10", "1-slim", "edge"]


def test_a_rule_is_enough_to_stay(stocked: Host) -> None:
    stocked.prune(keep_newest=1, older_than=5 * 86400.0)
    assert left(stocked) == ["10", "4", "3", "1-slim", "edge"]


def test_a_dry_run_says_the_same_and_does_nothing(stocked: Host) -> None:
    before = (stocked.catalog.revision(), left(stocked))
    planned = stocked.prune(keep_newest=1, dry_run=True)
    assert (stocked.catalog.revision(), left(stocked)) == before
    assert stocked.prune(keep_newest=1) == planned


def test_what_is_held_tagged_or_run_stays_and_is_named(
    stocked: Host, engines: EnginesDouble
) -> None:
    stocked.hold("app:1", "audit")
    stocked.tag("app:2", "app:stable")
    engines.put("docker", "web", stocked.show("app:3").image_id)
    result = stocked.prune(keep_newest=1)
    assert left(stocked) == ["10", "3", "2", "1-slim", "1", "edge"]
    assert {image.version: reasons for image, reasons in result.kept} == {
        "3": ("container web of docker (exited)",),
        "2": ("the tag app:stable",),
        "1": ("a hold (audit)",),
    }


def test_what_others_need_stays_with_them(host: Host, shelf: Shelf) -> None:
    base = image_of("base")
    middle = small_image({"srv/middle": b"middle"}, base=base)
    top = small_image({"srv/top": b"top"}, base=middle)
    for name, image in (("base", base), ("middle", middle), ("top", top)):
        shelf.put("lab", name, "1", image)
    host.install("base", "middle", "top")
    host.hold("top", "it runs")
    result = host.prune(keep_newest=0)
    assert {image.name: reasons for image, reasons in result.kept} == {
        "top": ("a hold (it runs)",),
        "middle": ("top 1",),
        "base": ("middle 1",),
    }
    host.unhold("top")
    assert len(host.prune(keep_newest=0).removals) == 3
    assert (host.list(), tuple(host.store.blobs())) == ((), ())


def test_nothing_to_do_is_no_revision(stocked: Host) -> None:
    before = stocked.catalog.revision()
    assert stocked.prune(keep_newest=9).removals == ()
    assert stocked.catalog.revision() == before


def test_a_rule_is_wanted(stocked: Host) -> None:
    with pytest.raises(UsageError, match="every image"):
        stocked.prune()
