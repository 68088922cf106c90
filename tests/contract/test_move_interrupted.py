"""store.location: what an interrupted move leaves, who settles it, and what it cannot say."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from provider_core import Host
from provider_core.errors import StoreError
from provider_core.store_location import StoreLocation, folder_identity

from .hosts import Homes
from .shelf_double import Shelf, image_of


@pytest.fixture
def stocked(host: Host, shelf: Shelf) -> Host:
    """Return a host with `app` installed."""
    shelf.put("lab", "app", "1", image_of("app"))
    host.install("app")
    return host


def said(host: Host) -> dict[str, str]:
    """Return what the home says of where its store is."""
    text = (host.home.root / "store.location").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)
    return found


@pytest.mark.parametrize("arrived", [False, True])
def test_an_interrupted_move_is_settled_by_who_comes_next(
    stocked: Host, shelf: Shelf, tmp_path: Path, arrived: bool
) -> None:
    old, target = stocked.home.store, tmp_path / "target"
    stocked.home.set_store_location(
        StoreLocation(store=old, coming=target, identity=folder_identity(old))
    )
    if arrived:
        old.rename(target)
    assert stocked.home.store == (target if arrived else old)
    assert stocked.check_store() == ()
    shelf.put("lab", "late", "1", image_of("late"))
    stocked.install("late")
    assert said(stocked) == {"store": str(target if arrived else old)}
    assert stocked.check_store() == ()


def test_an_interrupted_copy_that_arrived_is_the_store(stocked: Host, tmp_path: Path) -> None:
    old, target = stocked.home.store, tmp_path / "target"
    shutil.copytree(old, target)
    location = StoreLocation(
        store=old,
        coming=target,
        identity=folder_identity(target),
        leftover=tmp_path / ".target.ferry-1",
    )
    stocked.home.set_store_location(location)
    assert stocked.home.store == target
    stocked.hold("app")
    assert said(stocked) == {"store": str(target), "leftover": str(old)}
    stocked.collect()
    assert (said(stocked), old.exists()) == ({"store": str(target)}, False)
    assert stocked.check_store() == ()


def test_a_stranger_at_the_new_place_is_not_the_store(
    homes: Homes, stocked: Host, tmp_path: Path
) -> None:
    old, target = stocked.home.store, tmp_path / "target"
    stocked.home.set_store_location(
        StoreLocation(store=old, coming=target, identity=folder_identity(old))
    )
    stranger = homes(name="stranger")
    stranger.move_store(target)
    assert stocked.home.store == old
    stocked.move_store(tmp_path / "third")
    assert stranger.check_store() == stocked.check_store() == ()


def test_what_was_left_is_taken_away_later(stocked: Host, tmp_path: Path) -> None:
    left = tmp_path / "left"
    (left / "blobs").mkdir(parents=True)
    (left / "blobs" / "half").write_bytes(b"x")
    store = stocked.home.store
    stocked.home.set_store_location(StoreLocation(store=store, leftover=left))
    stocked.collect(dry_run=True)
    assert left.exists()
    stocked.collect()
    assert not left.exists()
    assert said(stocked) == {"store": str(store)}


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"store": 3}', '{"store": "relative"}', '{"store": "/a", "coming": 1}'],
)
def test_a_file_that_says_nothing_is_an_error(stocked: Host, text: str) -> None:
    (stocked.home.root / "store.location").write_text(text)
    with pytest.raises(StoreError, match=r"store\.location cannot be read") as caught:
        stocked.check_store()
    assert "/whole/path" in caught.value.hint


def test_where_others_say_the_store_is_nobody_goes(stocked: Host, tmp_path: Path) -> None:
    stocked.move_store(tmp_path / "store")
    (stocked.home.root / "store.location").chmod(0o666)
    stocked.home.root.chmod(0o755)
    with pytest.raises(StoreError, match="can be changed by other users"):
        stocked.check_store()
