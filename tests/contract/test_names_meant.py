"""Which package a request means: latest, newest, labels, variants, pre-releases, ranges."""

from __future__ import annotations

import pytest

from provider_core import Host, VersionRange, Wishes
from provider_core.errors import Ambiguous, BadRange, PackageNotFound

from .shelf_double import Shelf, image_of

VERSIONS = ("1.9", "1.10", "1.10-slim", "1.9-slim", "2.0.0-rc.1", "ltsc2022")


@pytest.fixture
def stocked(host: Host, shelf: Shelf) -> Host:
    """Return a host whose shelf has `app` in many versions."""
    for version in VERSIONS:
        shelf.put("lab", "App", version, image_of(version))
    return host


def planned(host: Host, request: str, **wishes: object) -> str:
    """Return the version that *request* would install."""
    plan = host.plan_install(request, wishes=Wishes(**wishes))  # type: ignore[arg-type]
    (step,) = plan.steps
    return step.package.version


@pytest.mark.parametrize(
    ("request_", "version"),
    [
        ("app", "1.10"),
        ("APP", "1.10"),
        ("app[slim]", "1.10-slim"),
        ("app[slim]<1.10", "1.9-slim"),
        ("app<1.10", "1.9"),
        ("app>=1.0,<1.10", "1.9"),
        ("app:1.9-slim", "1.9-slim"),
        ("app:ltsc2022", "ltsc2022"),
        ("app==1.9.0", "1.9"),
        ("app==2.0.0-rc.1", "2.0.0-rc.1"),
    ],
)
def test_what_a_request_means(stocked: Host, request_: str, version: str) -> None:
    assert planned(stocked, request_) == version


def test_latest_is_what_the_source_calls_latest(stocked: Host, shelf: Shelf) -> None:
    shelf.put("lab", "App", "latest", image_of("1.9"))
    assert planned(stocked, "app") == "latest"
    assert planned(stocked, "app>=1") == "1.10"
    assert planned(stocked, "app", variant="slim") == "1.10-slim"


def test_find_shows_latest_and_newest_where_they_differ(stocked: Host, shelf: Shelf) -> None:
    shelf.put("lab", "App", "latest", image_of("1.9"))
    assert {one.version for one in stocked.find("app").packages} == {"latest", "1.10"}
    shelf.put("lab", "App", "latest", image_of("1.10"))
    assert [one.version for one in stocked.find("app").packages] == ["1.10"]


def test_prereleases_only_when_asked_for(stocked: Host) -> None:
    assert planned(stocked, "app>=1.10") == "1.10"
    assert planned(stocked, "app", prereleases=True) == "2.0.0-rc.1"
    assert planned(stocked, "app>=2.0.0-rc.1") == "2.0.0-rc.1"


def test_minimum_and_maximum_both_hold(stocked: Host) -> None:
    between = VersionRange.between(minimum="1.0", maximum="1.9")
    assert planned(stocked, "app", versions=between) == "1.9"
    assert planned(stocked, "app<=1.9", versions=VersionRange.parse(">=1.0")) == "1.9"
    with pytest.raises(PackageNotFound):
        planned(stocked, "app>=3")
    with pytest.raises(BadRange):
        planned(stocked, "app>=3", versions=VersionRange.parse("<2"))


def test_all_versions_come_newest_first(stocked: Host) -> None:
    found = stocked.find("app[slim]", wishes=Wishes(all_versions=True)).packages
    assert [one.version for one in found] == ["1.10-slim", "1.9-slim"]
    everything = stocked.find("app", wishes=Wishes(all_versions=True)).packages
    assert [one.version for one in everything][-1] == "ltsc2022"
    assert len(everything) == len(VERSIONS) - 1


def test_labels_alone_are_ambiguous(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "core", "ltsc2019", image_of("19"))
    shelf.put("lab", "core", "ltsc2022", image_of("22"))
    with pytest.raises(Ambiguous, match=r"ltsc2019.*ltsc2022"):
        host.install("core")
    assert planned(host, "core:ltsc2019") == "ltsc2019"


def test_a_pin_is_kept_to(stocked: Host) -> None:
    image = image_of("1.9")
    assert planned(stocked, f"app@{image.root.digest}") == "1.9"
    with pytest.raises(PackageNotFound):
        planned(stocked, f"app@{image_of('other').root.digest}")


def test_a_pattern_is_no_request_to_install(stocked: Host) -> None:
    with pytest.raises(Ambiguous, match="ap"):
        stocked.install("ap*")
