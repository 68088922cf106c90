"""How far everything together is, whatever the providers say of their own pieces."""

from __future__ import annotations

import pytest

from provider_core import Host
from provider_core.errors import TimedOut
from provider_core.testing import RecordingProgress

from .hosts import Homes, shelf_sources
from .shelf_double import Shelf, image_of


@pytest.fixture
def progress() -> RecordingProgress:
    """Return what writes down what it is told."""
    return RecordingProgress()


@pytest.fixture
def watched(homes: Homes, shelf: Shelf, progress: RecordingProgress) -> Host:
    """Return a host with two images on a shelf, and somebody who looks on."""
    for name in ("one", "two"):
        shelf.put("lab", name, "1", image_of(name * 100))
    host = homes(shelf, progress=progress)
    shelf_sources(host, "lab")
    return host


def test_several_images_have_a_total(watched: Host, progress: RecordingProgress) -> None:
    plan = watched.plan_install("one", "two")
    watched.install("one", "two")
    assert progress.labels["total"] == "2 images"
    assert progress.totals["total"] == progress.advanced["total"] == plan.fetch
    assert progress.ended.count("total") == 1


def test_one_image_has_none(watched: Host, progress: RecordingProgress) -> None:
    watched.install("one")
    assert "total" not in progress.labels


def test_it_ends_with_a_failure_too(
    watched: Host, shelf: Shelf, progress: RecordingProgress
) -> None:
    shelf.refused[image_of("two" * 100).layers[0].digest] = TimedOut("the shelf", 1)
    with pytest.raises(TimedOut):
        watched.install("one", "two")
    assert progress.ended.count("total") == 1
