"""outdated and upgrade: newer releases of a variant, and labels that mean something else now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provider_core import Host, Wishes
from provider_core.errors import InUse, NotInstalled, TimedOut
from provider_core.versions import VersionRange

from .hosts import shelf_sources
from .shelf_double import Shelf, image_of


def _stock(shelf: Shelf, *names: str, where: str = "lab") -> None:
    for text in names:
        name, _, version = text.partition(":")
        shelf.put(where, name, version, image_of(text))


def _rows(host: Host, *requests: str, **wishes: object) -> list[tuple[str, str, str]]:
    found = host.outdated(*requests, wishes=Wishes(**wishes))  # type: ignore[arg-type]
    return [(row.image.name, row.image.version, row.package.version) for row in found.rows]


def test_a_newer_release_of_the_same_variant(host: Host, shelf: Shelf) -> None:
    _stock(shelf, "app:1.9", "app:1.9-slim", "base:1")
    host.install("app:1.9", "app:1.9-slim", "base")
    assert _rows(host) == []
    _stock(shelf, "app:1.10", "app:1.10-alpine", "app:2.0rc1", "app:latest")
    assert _rows(host) == [("app", "1.9", "1.10")]
    _stock(shelf, "app:1.9.1-slim")
    assert sorted(_rows(host)) == [("app", "1.9", "1.10"), ("app", "1.9-slim", "1.9.1-slim")]


def test_the_newest_that_is_installed_counts(host: Host, shelf: Shelf) -> None:
    _stock(shelf, "app:1", "app:2", "app:3")
    host.install("app==1", "app==2")
    assert _rows(host) == [("app", "2", "3")]
    host.install("app==3")
    assert _rows(host) == []


def test_a_range_and_a_pattern(host: Host, shelf: Shelf) -> None:
    _stock(shelf, "app:1.0", "other:1.0")
    host.install("app", "other")
    _stock(shelf, "app:1.1", "app:2.0", "other:1.1")
    assert _rows(host, "app<2") == [("app", "1.0", "1.1")]
    assert _rows(host, "app") == [("app", "1.0", "2.0")]
    assert _rows(host, "o*") == [("other", "1.0", "1.1")]
    assert _rows(host, versions=VersionRange.parse("<2"), source="lab") == [
        ("app", "1.0", "1.1"),
        ("other", "1.0", "1.1"),
    ]
    with pytest.raises(NotInstalled):
        host.outdated("nothing")


def test_a_tag_and_a_variant(host: Host, shelf: Shelf) -> None:
    _stock(shelf, "app:1.0", "app:1.0-slim", "app:latest")
    host.install("app:1.0", "app:1.0-slim", "app:latest")
    _stock(shelf, "app:1.1", "app:1.1-slim")
    shelf.put("lab", "app", "latest", image_of("moved"))
    assert _rows(host, "app:latest") == [("app", "latest", "latest")]
    assert _rows(host, "app:1.0") == [("app", "1.0", "1.1")]
    assert _rows(host, "app[slim]") == [("app", "1.0-slim", "1.1-slim")]
    assert len(_rows(host, "app")) == 3
    with pytest.raises(NotInstalled):
        host.upgrade("app:1.1")


def test_pre_releases_when_one_is_installed_or_asked_for(host: Host, shelf: Shelf) -> None:
    _stock(shelf, "app:1.0", "beta:2.0rc1")
    host.install("app", "beta:2.0rc1")
    _stock(shelf, "app:1.1rc1", "beta:2.0rc2")
    assert _rows(host) == [("beta", "2.0rc1", "2.0rc2")]
    assert len(_rows(host, prereleases=True)) == 2


def test_a_label_that_means_something_else_now(host: Host, shelf: Shelf) -> None:
    _stock(shelf, "app:latest")
    host.install("app:latest")
    assert _rows(host) == []
    shelf.put("lab", "app", "latest", image_of("moved"))
    _stock(shelf, "app:1.0")
    assert _rows(host) == [("app", "latest", "latest")]
    (image,) = host.upgrade().installed
    assert image.content.root == image_of("moved").root
    assert [one.version for one in host.list()] == ["latest"]
    assert _rows(host) == []


def test_upgrading_installs_beside_what_is_there(host: Host, shelf: Shelf) -> None:
    _stock(shelf, "app:1", "base:1")
    host.install("app", "base")
    _stock(shelf, "app:2")
    (step,) = host.plan_upgrade().steps
    assert (step.package.version, step.reason) == ("2", "upgrade of app 1")
    assert [image.version for image in host.list("app")] == ["1"]
    host.upgrade("app")
    assert sorted(image.version for image in host.list("app")) == ["1", "2"]
    assert host.upgrade().installed == ()


def test_each_image_is_looked_for_at_its_own_source(host: Host, shelf: Shelf) -> None:
    shelf_sources(host, "other")
    _stock(shelf, "app:1", where="other")
    host.install("app")
    _stock(shelf, "app:9")  # of a source above the one it came from
    assert _rows(host) == []
    _stock(shelf, "app:2", where="other")
    assert _rows(host) == [("app", "1", "2")]


def test_what_nobody_can_be_asked_about(host: Host, shelf: Shelf) -> None:
    shelf_sources(host, "gone")
    _stock(shelf, "app:1", where="gone")
    host.install("app")
    host.remove_source("gone")
    found = host.outdated()
    assert [image.name for image in found.unknown] == ["app"]
    assert (found.rows, found.faults) == ((), ())


def test_a_source_that_fails_stands_beside_the_others(host: Host, shelf: Shelf) -> None:
    shelf_sources(host, "down")
    _stock(shelf, "app:1")
    _stock(shelf, "other:1", where="down")
    host.install("app", "other")
    _stock(shelf, "app:2")
    shelf.faults["shelf://down"] = TimedOut("the shelf", 3)
    found = host.outdated()
    assert [row.image.name for row in found.rows] == ["app"]
    assert [type(fault) for fault in found.faults] == [TimedOut]
    with pytest.raises(TimedOut):
        host.outdated(wishes=Wishes(strict=True))
    with pytest.raises(TimedOut):
        host.upgrade()
    assert len(host.list("app")) == 1
    result = host.upgrade(wishes=Wishes(keep_going=True))
    assert [image.version for image in result.installed] == ["2"]
    assert len(result.failed) == 1


def test_a_held_label_does_not_keep_the_others(host: Host, shelf: Shelf) -> None:
    _stock(shelf, "app:latest", "other:1")
    host.install("app", "other")
    host.hold("app:latest", reason="audit")
    shelf.put("lab", "app", "latest", image_of("newer"))
    _stock(shelf, "other:2")
    with pytest.raises(InUse):
        host.upgrade()
    result = host.upgrade(wishes=Wishes(keep_going=True))
    assert [(image.name, image.version) for image in result.installed] == [("other", "2")]
    ((name, error),) = result.failed
    assert (name.split()[0], type(error)) == ("app", InUse)
    ((planned, _),) = host.plan_upgrade(wishes=Wishes(keep_going=True)).failed
    assert planned == name


def test_a_label_is_in_no_range(host: Host, shelf: Shelf) -> None:
    _stock(shelf, "app:latest")
    host.install("app:latest")
    shelf.put("lab", "app", "latest", image_of("newer"))
    assert _rows(host, "app<2") == []
    assert _rows(host, "app") == [("app", "latest", "latest")]


def test_an_empty_home_is_up_to_date(host: Host) -> None:
    assert host.outdated().rows == ()
    assert host.upgrade().installed == ()
    assert replace(host.plan_upgrade(), free=0).steps == ()
