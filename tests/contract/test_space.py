"""Whether there is room is told before the first byte, and what is shared counts once."""

from __future__ import annotations

import pytest

from provider_core import Host, Wishes
from provider_core.errors import NoSpace, PackageNotFound
from provider_core.model import Requirement
from provider_core.references import Name
from provider_core.testing import small_image

from .shelf_double import Shelf

BIG = small_image({"srv/big": b"x" * 300_000})
ONE = small_image({"srv/name": b"one"}, base=BIG)
TWO = small_image({"srv/name": b"two"}, base=BIG)
BOTH = sum(len(data) for data in {**ONE.blobs, **TWO.blobs}.values())


@pytest.fixture
def stocked(host: Host, shelf: Shelf) -> Host:
    """Return a host with two images that share a large layer."""
    shelf.put("lab", "one", "1", ONE)
    shelf.put("lab", "two", "1", TWO)
    return host


def test_what_images_share_is_fetched_once(stocked: Host) -> None:
    plan = stocked.plan_install("one", "two")
    assert plan.fetch == BOTH
    first, second = plan.steps
    assert (first.fetch, first.here) == (ONE.size, 0)
    assert second.fetch + second.here == TWO.size
    assert second.here > 300_000


def test_there_is_room_for_what_is_shared_once(
    stocked: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stocked._resources, "free_bytes", lambda: BOTH)
    assert len(stocked.install("one", "two").installed) == 2


def test_too_little_room_is_told_before_the_first_byte(
    stocked: Host, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stocked._resources, "free_bytes", lambda: BOTH - 1)
    with pytest.raises(NoSpace):
        stocked.install("one", "two")
    assert list(stocked.store.blobs()) == []


def test_what_a_failed_request_would_have_fetched_does_not_count(
    stocked: Host, shelf: Shelf
) -> None:
    nothing = (Requirement(name=Name(name="two")), Requirement(name=Name(name="nothing")))
    shelf.put("lab", "lost", "1", ONE, requires=nothing)
    plan = stocked.install("lost", "one", wishes=Wishes(keep_going=True)).plan
    assert plan.fetch == ONE.size
    with pytest.raises(PackageNotFound):
        stocked.plan_install("lost", "one")
