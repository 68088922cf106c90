"""store move: renamed or copied, all or nothing; others wait or are told; nothing is left."""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from provider_core import Host
from provider_core.digests import Digest
from provider_core.disk.durable import write_at
from provider_core.errors import (
    Cancelled,
    Conflict,
    Exists,
    IntegrityError,
    Locked,
    NoSpace,
    NoSuchFile,
    StoreError,
    UsageError,
)
from provider_core.operations import move_store
from provider_core.store import moving
from provider_core.store_location import StoreLocation

from ..support.other_disk import other_disk
from .hosts import Homes
from .shelf_double import Shelf, image_of

APP = image_of("app")


@pytest.fixture
def stocked(host: Host, shelf: Shelf) -> Host:
    """Return a host with `app` installed."""
    shelf.put("lab", "app", "1", APP)
    host.install("app")
    return host


@pytest.fixture(params=["same disk", "other disk"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Return an empty folder on the home's disk, and on another one."""
    if request.param == "same disk":
        folder = tmp_path / "elsewhere"
        folder.mkdir()
        yield folder
    else:
        with other_disk(tmp_path) as folder:
            yield folder


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Path]:
    """Return an empty folder on another disk."""
    with other_disk(tmp_path) as folder:
        yield folder


def files(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Return path → bytes, mode and time of each file; the lock, which is nobody's, left out."""
    return {
        str(path.relative_to(folder)): (
            path.read_bytes(),
            path.stat().st_mode,
            path.stat().st_mtime_ns,
        )
        for path in folder.rglob("*")
        if path.is_file() and path.name != "lock"
    }


def said(host: Host) -> dict[str, str]:
    """Return what the home says of where its store is."""
    text = (host.home.root / "store.location").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)
    return found


def test_everything_is_there_and_nothing_here(stocked: Host, elsewhere: Path) -> None:
    old, target = stocked.home.store, elsewhere / "store"
    (old / "ingest" / "sha256-left").write_bytes(b"on its way")
    (old / "quarantine" / "bad").write_bytes(b"moved aside")
    before = files(old)
    moved = stocked.move_store(target)
    assert (moved.before, moved.path, bool(moved.copied)) == (
        old,
        target,
        os.stat(elsewhere).st_dev != os.stat(stocked.home.root).st_dev,
    )
    assert files(target) == before
    assert (old.exists(), os.listdir(elsewhere)) == (False, ["store"])
    assert said(stocked) == {"store": str(target)}
    assert stocked.home.store == target
    assert stocked.check_store() == ()


def test_life_goes_on_there(homes: Homes, stocked: Host, shelf: Shelf, elsewhere: Path) -> None:
    other = homes(shelf)
    assert other.store.has(APP.root)
    stocked.move_store(elsewhere / "store")
    assert other.home.store == elsewhere / "store"
    shelf.put("lab", "late", "1", image_of("late"))
    other.install("late")
    other.uninstall("app")
    stocked.move_store(stocked.home.root / "store")  # and home again
    assert [image.name for image in stocked.list()] == ["late"]
    assert stocked.check_store() == other.check_store() == ()
    assert os.listdir(elsewhere) == []


def test_an_empty_home_may_move(host: Host, shelf: Shelf, elsewhere: Path) -> None:
    host.move_store(elsewhere / "store")
    shelf.put("lab", "app", "1", APP)
    host.install("app")
    assert (elsewhere / "store" / "index.json").is_file()


def test_a_place_that_is_taken_is_refused(stocked: Host, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("folder", "file", "link"):
        with pytest.raises(Exists) as caught:
            stocked.move_store(tmp_path / name)
        assert caught.value.exit_code == 2
    with pytest.raises(NoSuchFile):
        stocked.move_store(tmp_path / "no" / "store")
    with pytest.raises(NoSuchFile):
        stocked.move_store("~nobody-of-this-name/store")
    with pytest.raises(UsageError, match="in the home"):
        stocked.move_store(stocked.home.root / "state")
    stocked.move_store(tmp_path / "moved")
    with pytest.raises(UsageError, match="in the store itself"):
        stocked.move_store(tmp_path / "moved" / "deeper")
    stocked.move_store(stocked.home.root / "store")
    assert stocked.check_store() == ()


def test_a_damaged_blob_stops_a_copy(stocked: Host, far: Path) -> None:
    blob = stocked.home.store / "blobs" / "sha256" / APP.root.digest.hex
    blob.chmod(0o644)
    blob.write_bytes(b"damaged")
    with pytest.raises(IntegrityError) as caught:
        stocked.move_store(far / "store")
    assert "store repair" in caught.value.hint
    assert os.listdir(far) == []
    assert said(stocked) == {"store": str(stocked.home.root / "store")}
    assert stocked.show("app").name == "app"


def test_a_copy_that_cannot_be_read_back_is_no_copy(
    stocked: Host, far: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "hash_file", lambda *_: (Digest.of(b"other"), 5))
    with pytest.raises(IntegrityError, match="the copy"):
        stocked.move_store(far / "store")
    assert os.listdir(far) == []
    assert stocked.check_store() == ()


def test_no_room_is_told_before(stocked: Host, far: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "free_bytes", lambda _: 1000)
    with pytest.raises(NoSpace) as caught:
        stocked.move_store(far / "store")
    assert "1000 free" in caught.value.message
    assert os.listdir(far) == []
    assert stocked.home.store == stocked.home.root / "store"


def test_a_disk_that_fills_up_meanwhile_changes_nothing(
    stocked: Host, far: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [3]

    def fill_up(*arguments: Any) -> None:
        left[0] -= 1
        if not left[0]:
            raise OSError(errno.ENOSPC, "full")
        write_at(*arguments)

    monkeypatch.setattr(moving, "write_at", fill_up)
    with pytest.raises(NoSpace):
        stocked.move_store(far / "store")
    assert os.listdir(far) == []
    assert stocked.check_store() == ()


def test_what_does_not_belong_into_a_store_is_named(stocked: Host, far: Path) -> None:
    (stocked.home.store / "link").symlink_to("/etc/passwd")
    with pytest.raises(StoreError, match="link is neither"):
        stocked.move_store(far / "store")
    assert os.listdir(far) == []


def test_a_running_command_is_waited_for(homes: Homes, stocked: Host, tmp_path: Path) -> None:
    patient = homes(lock_timeout=30.0)
    lease = stocked.store.lease()
    lease.add([APP.root.digest])
    with pytest.raises(Locked):
        homes(lock_timeout=0.2).move_store(tmp_path / "store")
    threading.Timer(0.3, lease.release).start()
    assert patient.move_store(tmp_path / "store").path == tmp_path / "store"


class Watcher:
    """A progress that does something at the first byte."""

    def __init__(self, act: Callable[[], None]) -> None:
        self.act: Callable[[], None] | None = act
        self.count = 0

    def start(self, key: str, label: str, total: int | None) -> None:
        """Do nothing."""

    def advance(self, key: str, count: int) -> None:
        """Act, once."""
        self.count += count
        if self.act is not None:
            act, self.act = self.act, None
            act()

    def done(self, key: str) -> None:
        """Do nothing."""

    def notice(self, text: str) -> None:
        """Do nothing."""


def test_others_wait_while_a_copy_is_made(
    homes: Homes, stocked: Host, shelf: Shelf, far: Path
) -> None:
    shelf.put("lab", "late", "1", image_of("late"))

    def install() -> None:
        with suppress(Conflict):  # it may be told that the store was moved
            homes(shelf).install("late")

    waiting = threading.Thread(target=install)

    def meanwhile() -> None:
        waiting.start()
        assert [image.name for image in stocked.list()] == ["app"]
        with pytest.raises(Locked):
            homes(lock_timeout=0.1).hold("app")

    watcher = Watcher(meanwhile)
    moved = homes(progress=watcher).move_store(far / "store")
    assert watcher.count == moved.copied > 0
    waiting.join(timeout=60)
    homes(shelf).install("late")  # as it was told, if it had not waited for the home alone
    assert {image.name for image in stocked.list()} == {"app", "late"}
    assert stocked.check_store() == ()
    assert not (stocked.home.root / "store").exists()


def test_a_cancelled_copy_leaves_what_was(homes: Homes, stocked: Host, far: Path) -> None:
    host = homes(progress=Watcher(lambda: host.cancel()))
    with pytest.raises(Cancelled):
        host.move_store(far / "store")
    assert os.listdir(far) == []
    assert said(stocked) == {"store": str(stocked.home.root / "store")}
    assert stocked.check_store() == ()


def test_who_waited_is_told_and_makes_nothing(stocked: Host, elsewhere: Path) -> None:
    old, place = stocked.store, stocked.home.store
    started, late = old.lease(), old.lease()
    started.add([APP.root.digest])
    started.release()
    stocked.move_store(elsewhere / "store")
    with pytest.raises(Conflict, match="was moved to") as caught:
        late.add([APP.root.digest])
    assert "repeat" in caught.value.hint
    with pytest.raises(Conflict):
        old.collect(lambda: (), grace=0)
    assert not place.exists()


def test_the_doctor_looks_where_the_store_is(stocked: Host, tmp_path: Path) -> None:
    def found() -> dict[str, tuple[str, str]]:
        return {one.what: (one.status, one.detail) for one in stocked.doctor()}

    assert "store" not in found()
    stocked.move_store(tmp_path / "store")
    assert found()["store"] == ("ok", str(tmp_path / "store"))
    stocked.home.set_store_location(
        StoreLocation(store=tmp_path / "store", leftover=tmp_path / "left")
    )
    assert found()["store"][0] == "note"
    (tmp_path / "store").rename(tmp_path / "unplugged")
    assert found()["store"][0] == "bad"


def test_a_disk_that_is_not_there_is_named(stocked: Host, tmp_path: Path) -> None:
    target = tmp_path / "mounted"
    stocked.move_store(target)
    target.rename(tmp_path / "unplugged")
    assert [image.name for image in stocked.list()] == ["app"]
    for work in (stocked.check_store, lambda: stocked.uninstall("app")):
        with pytest.raises(StoreError, match="mounted is not there"):
            work()
    assert not target.exists()
    (tmp_path / "unplugged").rename(target)
    assert stocked.check_store() == ()


def test_a_copy_that_cannot_get_its_name_is_no_store(
    stocked: Host, far: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(move_store, "rename_folder", lambda *_: False)
    with pytest.raises(StoreError, match="cannot be renamed"):
        stocked.move_store(far / "store")
    assert os.listdir(far) == []
    assert said(stocked) == {"store": str(stocked.home.root / "store")}
    assert stocked.check_store() == ()
