"""uninstall: containers of this host's engines, in any state, keep their image."""

from __future__ import annotations

import pytest

from provider_core import Host
from provider_core.errors import InUse, StoreError
from provider_core.operations.wishes import Wishes
from provider_core.platforms import Platform, PlatformSet
from provider_core.testing import small_image, small_index

from .engines_double import EnginesDouble
from .hosts import Homes, shelf_sources
from .shelf_double import Shelf, image_of

APP = image_of("app")


@pytest.fixture
def engines() -> EnginesDouble:
    """Return engines without containers."""
    return EnginesDouble()


@pytest.fixture
def stocked(homes: Homes, shelf: Shelf, engines: EnginesDouble) -> Host:
    """Return a host with these engines, and `app` and `other` installed."""
    host = homes(shelf, engine_users=engines)
    shelf_sources(host, "lab")
    shelf.put("lab", "app", "1", APP)
    shelf.put("lab", "other", "1", image_of("other"))
    host.install("app", "other")
    return host


@pytest.mark.parametrize("digest", [APP.config.digest, APP.root.digest])
@pytest.mark.parametrize("state", ["running", "exited", "created"])
def test_a_container_keeps_its_image(
    stocked: Host, engines: EnginesDouble, digest: object, state: str
) -> None:
    engines.put("podman", "web", digest, state)  # type: ignore[arg-type]
    with pytest.raises(InUse) as caught:
        stocked.uninstall("app")
    assert caught.value.fields["by"] == [f"container web of podman ({state})"]
    assert caught.value.exit_code == 6
    assert len(stocked.list()) == 2
    assert stocked.uninstall("other")


def test_a_container_that_is_known_twice_is_named_once(
    stocked: Host, engines: EnginesDouble
) -> None:
    for digest in (APP.config.digest, APP.root.digest):
        engines.put("containerd", "web", digest)
    with pytest.raises(InUse) as caught:
        stocked.uninstall("app")
    assert caught.value.fields["by"] == ["container web of containerd (exited)"]


def test_a_dry_run_is_refused_alike(stocked: Host, engines: EnginesDouble) -> None:
    engines.put("docker", "web", APP.config.digest)
    with pytest.raises(InUse):
        stocked.uninstall("app", dry_run=True)


def test_an_engine_may_be_left_out(stocked: Host, engines: EnginesDouble) -> None:
    engines.put("docker", "web", APP.config.digest)
    assert stocked.uninstall("app", ignore_engines=["docker"])


def test_force_asks_nobody(stocked: Host, engines: EnginesDouble) -> None:
    engines.silent = ("docker",)
    assert stocked.uninstall("app", force=True)
    assert engines.asked == []


def test_a_silent_engine_stops_it(stocked: Host, engines: EnginesDouble) -> None:
    engines.silent = ("docker",)
    with pytest.raises(StoreError, match="docker does not answer"):
        stocked.uninstall("app")
    assert len(stocked.list()) == 2
    assert stocked.uninstall("app", ignore_engines=["docker"])


def test_every_digest_of_every_image_is_asked_for_at_once(
    stocked: Host, engines: EnginesDouble, shelf: Shelf
) -> None:
    arm = Platform(os="linux", architecture="arm64")
    one = small_image({"a": b"1"})
    two = small_image({"a": b"2"}, platform=arm)
    both = small_index(one, two)
    shelf.put("lab", "both", "1", both)
    stocked.install("both", wishes=Wishes(platforms=PlatformSet.all()))
    engines.put("podman", "arm", two.config.digest)
    with pytest.raises(InUse, match="container arm"):
        stocked.uninstall("both", "app")
    (asked,) = engines.asked
    of_both = {one.root.digest, one.config.digest, two.root.digest, two.config.digest}
    assert asked == {both.root.digest, *of_both, APP.root.digest, APP.config.digest}
