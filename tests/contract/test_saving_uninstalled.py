"""save: the home is asked first, what is not here is fetched, kept a while, and collected."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from provider_core import Host, Wishes
from provider_core.errors import BlobNotFound, Exists, NoSuchFile, NotSupported, PackageNotFound
from provider_core.model import Action
from provider_core.testing import SmallImage

from .hosts import Homes, shelf_sources
from .shelf_double import Shelf, image_of

APP = image_of("app")


class Clock:
    """Goes when it is told to."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def stocked(host: Host, shelf: Shelf) -> Host:
    """Return a host with `app` on its shelf."""
    shelf.put("lab", "app", "1.0", APP)
    return host


def has(host: Host, image: SmallImage) -> bool:
    """Whether all of *image* is in the host's store."""
    return all(host.store.has(blob) for blob in image.contents)


def test_what_is_not_installed_is_fetched_and_cached(
    stocked: Host, shelf: Shelf, tmp_path: Path
) -> None:
    stocked.save("app", to=str(tmp_path / "one.tar"))
    assert stocked.list() == ()
    assert has(stocked, APP)
    opened = len(shelf.opened)
    stocked.save("app", to=str(tmp_path / "two.tar"))
    assert len(shelf.opened) == opened
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()


def test_cached_content_goes_after_its_grace(homes: Homes, shelf: Shelf, tmp_path: Path) -> None:
    clock = Clock()
    host = homes(shelf, clock=clock, gc_grace=60.0, cache_grace=3600.0)
    shelf_sources(host, "lab")
    shelf.put("lab", "app", "1.0", APP)
    host.save("app", to=str(tmp_path / "one.tar"))
    clock.now += timedelta(seconds=1800)
    host.collect()
    assert has(host, APP)
    clock.now += timedelta(seconds=1900)
    host.collect()
    assert list(host.store.blobs()) == []
    assert host.catalog.cached() == ()


def test_an_explicit_grace_of_nothing_takes_the_cache(stocked: Host, tmp_path: Path) -> None:
    stocked.save("app", to=str(tmp_path / "one.tar"))
    stocked.collect(grace=0)
    assert list(stocked.store.blobs()) == []
    assert stocked.check_store() == ()


def test_cached_content_is_installed_without_fetching(
    stocked: Host, shelf: Shelf, tmp_path: Path
) -> None:
    stocked.save("app", to=str(tmp_path / "one.tar"))
    shelf.opened.clear()
    assert stocked.install("app").installed
    assert shelf.opened == []
    stocked.collect(grace=0)
    assert has(stocked, APP)


def test_the_home_answers_first_where_it_has_what_fits(
    stocked: Host, shelf: Shelf, tmp_path: Path
) -> None:
    stocked.install("app")
    shelf.put("lab", "app", "2.0", image_of("app 2"))
    shelf.asked.clear()
    result = stocked.save("app", to=str(tmp_path / "home.tar"))
    assert (result.saved.roots, shelf.asked) == ((APP.root.digest,), [])
    result = stocked.save("app>=2", to=str(tmp_path / "newer.tar"))
    assert result.saved.roots == (image_of("app 2").root.digest,)
    result = stocked.save("app", to=str(tmp_path / "asked.tar"), wishes=Wishes(source="lab"))
    assert result.saved.roots == (image_of("app 2").root.digest,)


def test_a_plan_says_what_would_be_fetched(stocked: Host, tmp_path: Path) -> None:
    plan = stocked.plan_save("app", to=str(tmp_path / "x.tar"))
    assert (plan.verb, plan.fetch) == ("save", APP.size)
    assert [step.action for step in plan.steps] == [Action.FETCH]
    assert list(stocked.store.blobs()) == []
    assert not (tmp_path / "x.tar").exists()


def test_a_destination_is_settled_before_anything_is_fetched(
    stocked: Host, shelf: Shelf, tmp_path: Path
) -> None:
    (tmp_path / "there.tar").write_bytes(b"mine")
    with pytest.raises(Exists):
        stocked.save("app", to=str(tmp_path / "there.tar"))
    with pytest.raises(NoSuchFile):
        stocked.save("app", to=str(tmp_path / "nowhere" / "x.tar"))
    with pytest.raises(NotSupported, match="no provider saves"):
        stocked.save("app", to="gopher://hole")
    for name in ("x.tar.gz", "X.TGZ", "x.zip", "x.esd"):
        with pytest.raises(NotSupported, match=rf"writes a file like {name}") as caught:
            stocked.save("app", to=str(tmp_path / name))
        assert ".tar, " in caught.value.hint
    assert shelf.asked == []
    assert (tmp_path / "there.tar").read_bytes() == b"mine"


def test_a_failure_leaves_nothing_at_the_destination(
    stocked: Host, shelf: Shelf, tmp_path: Path
) -> None:
    layer = APP.layers[0].digest
    shelf.refused[layer] = BlobNotFound(layer, "the shelf")
    with pytest.raises(BlobNotFound):
        stocked.save("app", to=str(tmp_path / "x.tar"))
    with pytest.raises(PackageNotFound):
        stocked.save("app", "nothing", to=str(tmp_path / "x.tar"))
    assert not (tmp_path / "x.tar").exists()
