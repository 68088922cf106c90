"""tag, untag, hold, unhold: what a user says of an installed image, and what follows from it."""

from __future__ import annotations

import pytest

from provider_core import Host, Wishes
from provider_core.catalog.changing import CatalogChange
from provider_core.errors import (
    Ambiguous,
    Exists,
    InUse,
    NoSpace,
    NotInstalled,
    PackageNotFound,
    UsageError,
)
from provider_core.model import Hold, ImageKey

from .hosts import Homes
from .shelf_double import Shelf, image_of

ONE, TWO = image_of("app 1"), image_of("app 2")


@pytest.fixture
def stocked(host: Host, shelf: Shelf) -> Host:
    """Return a host with `app` in two versions."""
    shelf.put("lab", "App", "1", ONE)
    shelf.put("lab", "App", "2", TWO)
    host.install("app==1", "app==2")
    return host


def names(host: Host) -> dict[str, str]:
    """Return tag → version of the image that has it."""
    return {f"{tag.name}:{tag.tag}": tag.image.version for tag in host.tags()}


def test_a_bare_name_means_latest_once_it_is_tagged(stocked: Host) -> None:
    with pytest.raises(Ambiguous) as caught:
        stocked.show("app")
    assert "ferry tag App:2 App:latest" in caught.value.hint
    with pytest.raises(NotInstalled) as absent:
        stocked.show("app:latest")
    assert "ferry tag App:2 App:latest" in absent.value.hint
    stocked.tag("app:1", "app")
    assert stocked.show("app").version == stocked.show("app:latest").version == "1"
    stocked.tag(TWO.config.digest.short, "APP:latest")  # it moves, as with Docker
    assert (stocked.show("app").version, len(stocked.tags())) == ("2", 1)


def test_an_image_of_version_latest_needs_no_tag(stocked: Host, shelf: Shelf) -> None:
    shelf.put("lab", "App", "latest", image_of("app 3"))
    stocked.install("app:latest")
    assert stocked.show("app").version == "latest"


def test_one_image_may_have_any_name(stocked: Host) -> None:
    stocked.tag("app:1", "team/other:stable")
    assert stocked.show("team/other:stable").version == "1"
    assert stocked.untag("Team/Other:stable").name == "team/other"
    with pytest.raises(NotInstalled):
        stocked.untag("team/other:stable")
    assert len(stocked.list()) == 2


def test_a_version_is_no_tag(stocked: Host) -> None:
    with pytest.raises(Exists, match="an image app of version 2"):
        stocked.tag("app:1", "app:2")
    before = stocked.catalog.revision()
    stocked.tag("app:2", "app:2")  # it is called so already
    assert (stocked.tags(), stocked.catalog.revision()) == ((), before)
    with pytest.raises(NotInstalled) as caught:
        stocked.untag("app:2")
    assert "ferry uninstall app:2" in caught.value.hint


@pytest.mark.parametrize(
    "name", ["a*", "a:-x", "a:" + "x" * 129, "a>=1", "a[x]", "a@sha256:" + "0" * 64, "./a", "…"]
)
def test_a_tag_is_fit_for_engines(stocked: Host, name: str) -> None:
    with pytest.raises(UsageError):
        stocked.tag("app:1", name)
    assert stocked.tags() == ()


def test_install_tags_what_is_asked_for(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "App", "1", ONE)
    host.install("app", wishes=Wishes(tags=("latest", "team/app:stable")))
    assert names(host) == {"App:latest": "1", "team/app:stable": "1"}
    assert host.catalog.revision() == 2  # the source, and all of this
    shelf.put("lab", "App", "2", TWO)
    host.install("app==2", wishes=Wishes(tags=("latest",)))
    assert names(host)["App:latest"] == "2"
    assert host.install("app==1", wishes=Wishes(tags=("latest",))).kept
    assert names(host)["App:latest"] == "1"


def test_two_images_cannot_have_one_tag(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "App", "1", ONE)
    shelf.put("lab", "App", "2", TWO)
    with pytest.raises(UsageError, match="cannot both be App:latest"):
        host.install("app==1", "app==2", wishes=Wishes(tags=("latest",)))
    assert host.list() == ()


def test_tags_and_holds_outlive_the_catalog(stocked: Host) -> None:
    stocked.tag("app:1", "app:stable")
    stocked.tag("app:1", "app:gone")
    stocked.tag("app:2", "app:stable")
    stocked.untag("app:gone")
    stocked.hold("app:1", "audit")
    tags, holds = stocked.tags(), stocked.holds()
    assert stocked.rebuild_catalog() == 2
    assert (stocked.tags(), stocked.holds()) == (tags, holds)


def test_a_tag_that_failed_is_in_no_record(stocked: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    stocked.tag("app:1", "app:stable")
    finish = CatalogChange.finish

    def fail(*_: object, **__: object) -> None:
        raise NoSpace("the catalog")

    monkeypatch.setattr(CatalogChange, "finish", fail)
    with pytest.raises(NoSpace):
        stocked.tag("app:2", "app:stable")
    monkeypatch.setattr(CatalogChange, "finish", finish)
    assert stocked.rebuild_catalog() == 2
    assert names(stocked) == {"app:stable": "1"}


def test_what_is_pulled_as_latest_takes_the_name(stocked: Host, shelf: Shelf) -> None:
    stocked.tag("app:1", "app:latest")
    shelf.put("lab", "App", "latest", image_of("app 3"))
    stocked.install("app:latest")
    assert stocked.show("app:latest").version == "latest"
    assert stocked.tags() == ()
    assert {image.version for image in stocked.list()} == {"1", "2", "latest"}


def test_a_source_without_latest_says_how_to_get_one(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "app", "1", ONE)
    with pytest.raises(PackageNotFound) as caught:
        host.install("app:latest")
    assert "ferry install app --tag latest" in caught.value.hint


def test_a_hold_can_be_given_changed_and_taken(stocked: Host) -> None:
    stocked.hold("app:1", "audit")
    stocked.hold("app:1", "audit of May")
    key = ImageKey(name="app", version="1")
    assert stocked.holds() == (Hold(image=key, reason="audit of May"),)
    with pytest.raises(InUse, match="audit of May") as caught:
        stocked.uninstall("app:1")
    assert "ferry unhold" in caught.value.hint
    assert (stocked.unhold("app:1"), stocked.unhold("app:1")) == (True, False)
    assert stocked.uninstall("app:1")


def test_a_held_image_is_not_replaced(homes: Homes, host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "app", "edge", ONE)
    host.install("app:edge")
    host.hold("app:edge", "audit")
    shelf.put("lab", "app", "edge", TWO)
    with pytest.raises(InUse, match="audit"):
        host.install("app:edge")
    assert host.show("app").content.root == ONE.root
    host.install("app:edge", wishes=Wishes(force=True))
    assert host.show("app").content.root == TWO.root
    assert host.holds()


def test_a_hold_that_came_meanwhile_counts(homes: Homes, host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "app", "edge", ONE)
    host.install("app:edge")
    shelf.put("lab", "app", "edge", TWO)
    other = homes(shelf)

    def hold(*_: object) -> None:
        other.hold("app", "audit")

    shelf.before_open = hold
    with pytest.raises(InUse, match="audit"):
        host.install("app:edge")
    assert host.show("app").content.root == ONE.root
