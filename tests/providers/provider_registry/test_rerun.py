"""The same command again, with nothing new: exactly what is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from provider_core import Host, PlatformSet, Settings, Wishes

from ...support.images import ARM64, SmallImage, make_image, make_index, make_referrer
from .fake_registry import FakeRegistry

ONE = make_image("one")
MULTI = make_index(make_image("amd"), make_image("arm", platform=ARM64))
IMAGES = {"single": ONE, "multi": MULTI}
KNOCK = [("GET", ""), ("GET", "token"), ("HEAD", "team/app/manifests/1.0")]
"""How we are let in, the token, and what the tag is now."""
EVERYWHERE = PlatformSet.all()
Again = Callable[[Callable[[Host], object]], list[tuple[str, str]]]


@pytest.fixture(params=list(IMAGES))
def image(request: pytest.FixtureRequest) -> SmallImage:
    """Return an image for one platform, or an index of two."""
    return IMAGES[request.param]


@pytest.fixture
def again(tmp_path: Path, image: SmallImage) -> Again:
    """Return what does something in two processes, and returns what the second one asked."""
    registry = FakeRegistry(scheme="bearer")
    registry.push("team/app", "1.0", image)
    registry.refer("team/app", image.root, make_referrer(image.root, b"signed"))
    settings = Settings(plugins=False, disabled_sources=("hub",))

    def twice(work: Callable[[Host], object]) -> list[tuple[str, str]]:
        for _ in range(2):
            registry.asked.clear()
            with Host(tmp_path / "home", settings=settings, transport=registry.network) as host:
                work(host)
        return registry.asked

    return twice


NAME = "registry.example/team/app:1.0"


@pytest.mark.parametrize("platforms", [None, EVERYWHERE], ids=["here", "all"])
def test_installing_costs_a_head(again: Again, platforms: PlatformSet | None) -> None:
    assert again(lambda host: host.install(NAME, wishes=Wishes(platforms=platforms))) == KNOCK


def test_what_is_installed_is_saved_without_a_question(again: Again, tmp_path: Path) -> None:
    wishes = Wishes(platforms=EVERYWHERE)

    def work(host: Host) -> None:
        host.install(NAME, wishes=wishes)
        host.save(NAME, to=str(tmp_path / "bundle"), wishes=wishes)

    assert again(work) == KNOCK


def test_saving_what_is_cached_costs_a_head(again: Again, tmp_path: Path) -> None:
    wishes = Wishes(platforms=EVERYWHERE, options={"referrers": False})
    asked = again(lambda host: host.save(NAME, to=str(tmp_path / "bundle"), wishes=wishes))
    assert asked == KNOCK


def test_signatures_that_may_have_come_since_are_asked_for(
    again: Again, tmp_path: Path, image: SmallImage
) -> None:
    """By lists, which cost no pull; a bundle without a signature that is there would be worse."""
    asked = again(lambda host: host.save(NAME, to=str(tmp_path / "bundle")))
    subjects = len(image.manifests) + (image is MULTI) + 1  # the signature may be signed too
    lists = [path for _, path in asked[3:]]
    assert asked[:3] == KNOCK
    assert len([path for path in lists if "/referrers/" in path]) == subjects
    assert len([path for path in lists if "/tags/list" in path]) == 1
    assert len(lists) == subjects + 1
