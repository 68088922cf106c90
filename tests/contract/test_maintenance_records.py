"""A catalog made anew holds what was installed: no image is lost, and none comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from provider_core import Context, Host, Wishes
from provider_core.errors import Conflict, NoSpace, StoreError
from provider_core.model import FileMark, FileStamp
from provider_core.oci import Descriptor
from provider_core.store import Collected, Record

from .hosts import Homes, shelf_sources
from .shelf_double import Shelf, image_of


def records(host: Host) -> int:
    """Return how many records lie in the store."""
    folder = host.home.store / "records"
    return len(list(folder.iterdir())) if folder.exists() else 0


def names(host: Host) -> list[str]:
    """Return the installed images."""
    return [str(image.key) for image in host.list()]


def ruin_catalog(host: Host) -> None:
    """Write over the catalog."""
    host.home.catalog.write_bytes(b"no database at all" * 1000)


def put(shelf: Shelf, *packages: tuple[str, str, str]) -> None:
    """Lay packages on a shelf: name, version, content."""
    for name, version, text in packages:
        shelf.put("lab", name, version, image_of(text))


@pytest.mark.parametrize("ruined", [False, True])
def test_images_of_one_content_are_all_found(host: Host, shelf: Shelf, ruined: bool) -> None:
    put(shelf, ("app", "1", "same"), ("app", "2", "same"), ("other", "1", "same"))
    host.install("app==1", "app==2", "other")
    before = host.list()
    if ruined:
        ruin_catalog(host)
    assert host.rebuild_catalog() == 3
    assert host.list() == before
    assert host.check_store() == ()


def test_an_uninstalled_image_does_not_come_back(host: Host, shelf: Shelf) -> None:
    put(shelf, ("app", "1", "same"), ("other", "1", "same"))
    host.install("app", "other")
    host.uninstall("app")
    assert host.store.has(image_of("same").root)
    ruin_catalog(host)
    assert host.rebuild_catalog() == 1
    assert names(host) == ["other 1"]
    host.uninstall("other")
    assert records(host) == 0


def test_content_that_a_label_had_does_not_come_back(host: Host, shelf: Shelf) -> None:
    put(shelf, ("app", "latest", "monday"), ("kept", "1", "monday"))
    host.install("app", "kept")
    put(shelf, ("app", "latest", "tuesday"))
    host.install("app")
    assert host.store.has(image_of("monday").root)
    assert records(host) == 2
    host.uninstall("app")
    host.rebuild_catalog()
    assert names(host) == ["kept 1"]


def test_an_install_that_fails_leaves_no_record(host: Host, shelf: Shelf) -> None:
    put(shelf, ("app", "1", "app"), ("broken", "1", "broken"))
    shelf.refused[image_of("broken").root.digest] = StoreError("it is broken")
    with pytest.raises(StoreError):
        host.install("app", "broken")
    assert records(host) == 0
    assert host.rebuild_catalog() == 0


def test_nor_does_one_that_cannot_be_recorded(
    host: Host, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(shelf, ("app", "1", "app"), ("other", "1", "other"))
    write = host.store.write_records

    def full(records: Sequence[Record]) -> None:
        write([one for one in records if one.root != image_of("other").root.digest])
        raise NoSpace(Path("the store"))

    monkeypatch.setattr(host.store, "write_records", full)
    with pytest.raises(NoSpace):
        host.install("app", "other")
    assert names(host) == []
    assert records(host) == 0


def test_content_is_not_named_before_it_is_durable(
    host: Host, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise StoreError("the disk says no")

    put(shelf, ("app", "1", "app"))
    monkeypatch.setattr(host.store, "flush", fail)
    with pytest.raises(StoreError, match="says no"):
        host.install("app")
    with pytest.raises(StoreError, match="says no"):
        host.save("app", to=str(tmp_path / "app.tar"))
    assert host.list() == ()
    assert host.catalog.cached() == ()
    assert records(host) == 0


def test_a_failure_leaves_the_record_that_was_there(
    homes: Homes, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in count())
    put(shelf, ("app", "1", "app"))
    host = homes(shelf, clock=lambda: next(days))
    shelf_sources(host, "lab")
    host.install("app")
    finish = "provider_core.catalog.changing.CatalogChange.finish"

    def fail(*_: object, **__: object) -> None:
        raise StoreError("the disk says no")

    with monkeypatch.context() as patch:
        patch.setattr(finish, fail)
        with pytest.raises(StoreError, match="says no"):
            host.install("app", wishes=Wishes(force=True))
        with pytest.raises(StoreError, match="says no"):
            host.uninstall("app")
    ruin_catalog(host)
    assert host.rebuild_catalog() == 1


def meanwhile(shelf: Shelf, call: Callable[[], object]) -> None:
    """Make *call* when the first blob is brought."""

    def once(descriptor: Descriptor, context: Context) -> None:
        shelf.before_open = lambda _, __: None
        call()

    shelf.before_open = once


def test_a_conflict_with_another_process_leaves_the_others_record(
    host: Host, homes: Homes, shelf: Shelf
) -> None:
    put(shelf, ("app", "1", "first"))
    other = homes(shelf)

    def install_another() -> None:
        put(shelf, ("app", "1", "second"))
        other.install("app")

    meanwhile(shelf, install_another)
    with pytest.raises(Conflict):
        host.install("app")
    ruin_catalog(host)
    assert host.rebuild_catalog() == 1
    assert host.show("app").content.root == image_of("second").root


def test_what_another_process_installs_again_keeps_its_record(
    host: Host, homes: Homes, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(shelf, ("app", "1", "app"), ("kept", "1", "app"))
    other = homes(shelf)
    host.install("app", "kept")
    collect = host.store.collect

    def late(*arguments: Any, **options: Any) -> Collected:
        other.install("app")
        return collect(*arguments, **options)

    monkeypatch.setattr(host.store, "collect", late)
    host.uninstall("app")
    ruin_catalog(host)
    assert host.rebuild_catalog() == 2


def test_a_local_file_has_no_record_and_is_taken_over(
    host: Host, shelf: Shelf, tmp_path: Path
) -> None:
    put(shelf, ("app", "1", "app"))
    (image,) = host.install("app").installed
    stamp = FileStamp(files=(FileMark(path=str(tmp_path), size=1, mtime_ns=2),))
    local = replace(
        image,
        package=replace(image.package, id=replace(image.package.id, name="local")),
        content=replace(image.content, root=stamp),
    )
    with host.catalog.change("install") as change:
        change.put_image(local)
    assert host.rebuild_catalog() == 2
    assert names(host) == ["app 1", "local 1"]
    ruin_catalog(host)
    assert host.rebuild_catalog() == 1, "what the store does not know is lost with the catalog"


# who did it -----------------------------------------------------------------------------------


def test_rebuild_and_restore_say_who_did_them(homes: Homes, shelf: Shelf, tmp_path: Path) -> None:
    host = homes(shelf, actor="ada", ticket="T-7")
    host.catalog.backup(tmp_path / "empty.db")
    host.add_source("lab", "shelf://lab", provider="shelf")
    put(shelf, ("app", "1", "app"))
    host.install("app")
    host.rebuild_catalog()
    kept = host.restore_catalog(tmp_path / "empty.db")
    assert kept == host.home.root / "catalog.db.before-restore-1"
    (restored,) = host.log()
    assert restored.detail == {"backup": str(tmp_path / "empty.db")}
    assert host.restore_catalog(kept) == host.home.root / "catalog.db.before-restore-2"
    restored_again, rebuilt = host.log()
    assert [one.operation for one in (restored, restored_again, rebuilt)] == [
        "restore",
        "restore",
        "rebuild",
    ]
    for revision in (restored, restored_again, rebuilt):
        assert (revision.actor, revision.ticket) == ("ada", "T-7")
        assert revision.host


def test_nothing_is_believed_of_a_store_that_others_can_write_to(
    host: Host, homes: Homes, shelf: Shelf
) -> None:
    put(shelf, ("app", "1", "app"))
    host.install("app")
    before = host.log()
    (host.home.store / "records").chmod(0o777)
    later = homes(shelf)
    with pytest.raises(StoreError, match="other users can write"):
        later.rebuild_catalog()
    assert later.log() == before


def test_an_image_that_comes_back_as_it_was_has_its_record_again(
    homes: Homes, shelf: Shelf, tmp_path: Path
) -> None:
    """A restored catalog has its row, and nothing of it is new when it is installed again."""
    host = homes(shelf, clock=lambda: datetime(2026, 5, 1, tzinfo=UTC))
    shelf_sources(host, "lab")
    put(shelf, ("app", "1", "a"))
    host.install("app")
    host.catalog.backup(tmp_path / "backup.db")
    host.uninstall("app")
    host.restore_catalog(tmp_path / "backup.db")
    host.install("app", wishes=Wishes(force=True))
    ruin_catalog(host)
    assert host.rebuild_catalog() == 1
    assert names(host) == ["app 1"]
