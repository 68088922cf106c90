"""Backups, the way back, the search for damage, and a catalog made anew."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provider_core.catalog import Catalog, upkeep
from provider_core.catalog.connections import Access, opened
from provider_core.errors import (
    CatalogTooNew,
    DocumentError,
    Exists,
    Locked,
    NoSuchFile,
    StoreError,
)
from provider_core.model import FileMark, FileStamp, Hold, Tag
from provider_core.model.codec import installed_document

from .samples import image, key, source

NGINX, REDIS = image("nginx", "1.0"), image("redis", "7.0")
TAG = Tag(name="web", tag="prod", image=NGINX.key)


@pytest.fixture
def full(catalog: Catalog) -> Catalog:
    with catalog.change("install") as change:
        change.put_image(NGINX)
        change.put_tag(TAG)
        change.put_source(source("lab"))
    return catalog


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".ballast")


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


# backup and restore -------------------------------------------------------------------------


def test_a_backup_is_a_catalog(full: Catalog, tmp_path: Path) -> None:
    full.backup(tmp_path / "copy.db")
    copy = Catalog(tmp_path / "copy.db", read_only=True)
    assert copy.installed() == full.installed()
    assert copy.log() == full.log()
    assert copy.check() == ()
    assert files(tmp_path) == ["catalog.db", "copy.db"]


def test_a_backup_is_of_one_revision(full: Catalog, tmp_path: Path) -> None:
    with full.change("install") as change:
        change.put_image(REDIS)
        full.backup(tmp_path / "copy.db")
    assert Catalog(tmp_path / "copy.db").installed() == (NGINX,)


def test_an_empty_catalog_has_a_backup(catalog: Catalog, tmp_path: Path) -> None:
    catalog.backup(tmp_path / "copy.db")
    assert Catalog(tmp_path / "copy.db").revision() == 0


def test_a_backup_overwrites_nothing(full: Catalog, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(Exists):
        full.backup(tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_backup_needs_a_folder(full: Catalog, tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile):
        full.backup(tmp_path / "nowhere" / "copy.db")


def test_restoring_brings_the_backup_and_keeps_the_old(full: Catalog, tmp_path: Path) -> None:
    full.backup(tmp_path / "copy.db")
    with full.change("install") as change:
        change.put_image(REDIS)
    kept = full.restore(tmp_path / "copy.db", actor="ada", host="lab", ticket="T-1")
    assert full.installed() == (NGINX,)
    restored, installed = full.log()
    assert (restored.number, restored.operation, restored.changes) == (2, "restore", ())
    assert (restored.actor, restored.host, restored.ticket) == ("ada", "lab", "T-1")
    assert restored.detail == {"backup": str(tmp_path / "copy.db")}
    assert installed.number == 1
    assert full.installed(revision=1) == full.installed(revision=2) == (NGINX,)
    assert full.diff(1, 2) == ()
    assert kept == tmp_path / "catalog.db.before-restore-1"
    assert Catalog(kept).installed() == (NGINX, REDIS)
    assert full.restore(kept) == tmp_path / "catalog.db.before-restore-2"
    assert full.installed() == (NGINX, REDIS)


def test_restoring_into_an_empty_home_keeps_nothing(full: Catalog, tmp_path: Path) -> None:
    full.backup(tmp_path / "copy.db")
    other = tmp_path / "other"
    other.mkdir()
    catalog = Catalog(other / "catalog.db")
    assert catalog.restore(tmp_path / "copy.db") is None
    assert catalog.installed() == (NGINX,)
    assert files(other) == ["catalog.db"]


def test_restoring_takes_the_place_of_a_damaged_file(full: Catalog, tmp_path: Path) -> None:
    full.backup(tmp_path / "copy.db")
    (tmp_path / "catalog.db").write_bytes(b"no database at all" * 1_000)
    (tmp_path / "catalog.db-journal").write_bytes(b"what was left of a change")
    kept = full.restore(tmp_path / "copy.db")
    assert full.installed() == (NGINX,)
    assert kept is not None
    assert kept.read_bytes().startswith(b"no database")
    assert not (tmp_path / "catalog.db-journal").exists()


@pytest.fixture
def unfinished(full: Catalog, tmp_path: Path) -> Catalog:
    """Return the catalog of a process that died in the middle of writing its file."""
    path, journal = tmp_path / "catalog.db", tmp_path / "catalog.db-journal"
    copies, before = tmp_path / "copies", path.read_bytes()
    copies.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN IMMEDIATE")
        for table in ("DELETE FROM change", "DELETE FROM tag", "DELETE FROM image"):
            connection.execute(table)
        for number in range(3):  # enough for the first pages to be written before the end
            connection.execute(f"CREATE TABLE filler_{number} (data BLOB)")
        connection.execute("INSERT INTO filler_0 VALUES (randomblob(400000))")
        connection.execute("INSERT INTO filler_1 VALUES (randomblob(400000))")
        for file in (path, journal):
            shutil.copyfile(file, copies / file.name)
        connection.execute("ROLLBACK")
    for file in (path, journal):
        shutil.copyfile(copies / file.name, file)
    shutil.rmtree(copies)
    assert not path.read_bytes().startswith(before)
    assert journal.stat().st_size
    return full


def test_a_change_that_was_never_finished_is_undone_before(
    unfinished: Catalog, tmp_path: Path
) -> None:
    Catalog(tmp_path / "other.db").backup(tmp_path / "empty.db")
    kept = unfinished.restore(tmp_path / "empty.db")
    assert unfinished.installed() == ()
    assert unfinished.check() == ()
    assert kept is not None
    shutil.copyfile(kept, tmp_path / "looked at.db")  # alone: it needs no journal
    assert Catalog(tmp_path / "looked at.db").installed() == (NGINX,)
    assert not list(tmp_path.glob("*-journal"))


def test_a_restore_that_is_interrupted_leaves_the_file_with_its_journal(
    unfinished: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Catalog(tmp_path / "other.db").backup(tmp_path / "empty.db")

    def crash(new: Path, path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(upkeep, "put_in_place", crash)
    with pytest.raises(KeyboardInterrupt):
        unfinished.restore(tmp_path / "empty.db")
    assert unfinished.installed() == (NGINX,)
    assert unfinished.check() == ()


def test_a_journal_that_cannot_be_played_back_is_kept(
    unfinished: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Catalog(tmp_path / "other.db").backup(tmp_path / "empty.db")
    journal = (tmp_path / "catalog.db-journal").read_bytes()

    def refused(path: Path, way: Access, seconds: float) -> AbstractContextManager[Any]:
        if way is Access.CHANGE:
            raise StoreError(f"{path} cannot be read")
        return opened(path, way, seconds)

    monkeypatch.setattr("provider_core.catalog.upkeep.opened", refused)
    kept = unfinished.restore(tmp_path / "empty.db")
    assert kept is not None
    assert kept.with_name(f"{kept.name}-journal").read_bytes() == journal
    assert not (tmp_path / "catalog.db-journal").exists()
    assert unfinished.installed() == ()
    assert Catalog(kept).installed() == (NGINX,), "with its journal it is whole"


def test_a_catalog_that_others_change_is_not_replaced(full: Catalog, tmp_path: Path) -> None:
    full.backup(tmp_path / "copy.db")
    impatient = Catalog(tmp_path / "catalog.db", timeout=0.01)
    with full.change("install") as change:
        change.put_image(REDIS)
        with pytest.raises(Locked):
            impatient.restore(tmp_path / "copy.db")
    assert full.installed() == (NGINX, REDIS)


def test_what_an_interrupted_restore_left_is_in_nobodys_way(full: Catalog, tmp_path: Path) -> None:
    full.backup(tmp_path / "copy.db")
    (tmp_path / "catalog.db.new").write_bytes(b"half")
    (tmp_path / "catalog.db.new-journal").write_bytes(b"half")
    full.restore(tmp_path / "copy.db")
    assert full.installed() == (NGINX,)
    assert files(tmp_path) == ["catalog.db", "catalog.db.before-restore-1", "copy.db"]


def test_only_a_sound_catalog_is_restored(full: Catalog, tmp_path: Path) -> None:
    backup = tmp_path / "copy.db"
    with pytest.raises(NoSuchFile):
        full.restore(backup)
    full.backup(backup)
    with backup.open("r+b") as stream:
        stream.seek(3 * 4096)
        stream.write(b"\xff" * 4096)
    with pytest.raises(StoreError, match="damaged"):
        full.restore(backup)
    backup.write_bytes(b"")
    with pytest.raises(StoreError, match="no catalog"):
        full.restore(backup)
    execute(backup, "CREATE TABLE photo (name TEXT)")
    with pytest.raises(StoreError, match="another program"):
        full.restore(backup)
    assert full.installed() == (NGINX,)


def test_a_newer_backup_is_not_restored(full: Catalog, tmp_path: Path) -> None:
    full.backup(tmp_path / "copy.db")
    execute(tmp_path / "copy.db", "PRAGMA user_version = 99")
    with pytest.raises(CatalogTooNew) as caught:
        full.restore(tmp_path / "copy.db")
    assert caught.value.fields["found"] == 99


# damage -------------------------------------------------------------------------------------


def test_a_sound_catalog_has_no_complaints(full: Catalog) -> None:
    assert full.check() == ()


def test_a_file_that_is_no_database_is_told(full: Catalog, tmp_path: Path) -> None:
    (tmp_path / "catalog.db").write_bytes(b"no database at all" * 1_000)
    (complaint,) = full.check()
    assert "damaged" in complaint
    with pytest.raises(StoreError) as caught:
        full.installed()
    assert "rebuild" in caught.value.hint
    with pytest.raises(StoreError), full.change("install"):
        pytest.fail("it is damaged")


def test_what_is_no_damage_is_no_complaint_but_an_error(full: Catalog, tmp_path: Path) -> None:
    execute(tmp_path / "catalog.db", "PRAGMA user_version = 99")
    with pytest.raises(CatalogTooNew):
        full.check()


def test_every_damaged_page_is_told_or_harmless(full: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    good = path.read_bytes()
    for page in range(1, len(good) // 4096):
        path.write_bytes(good[: page * 4096] + b"\xa5" * 4096 + good[(page + 1) * 4096 :])
        assert full.check() != ()
    path.write_bytes(good[: len(good) // 2])
    assert full.check() != ()


@pytest.mark.parametrize("table", ["image", "tag", "source"])
def test_a_row_that_cannot_be_read_is_told(full: Catalog, tmp_path: Path, table: str) -> None:
    statements = {
        "image": "UPDATE image SET document = '{}'",
        "tag": "UPDATE tag SET document = 'x'",
        "source": "UPDATE source SET document = '[]'",
    }
    execute(tmp_path / "catalog.db", statements[table])
    (complaint,) = full.check()
    assert "malformed" in complaint


def test_a_row_that_refers_to_nothing_is_told(full: Catalog, tmp_path: Path) -> None:
    execute(tmp_path / "catalog.db", "DELETE FROM image")
    (complaint,) = full.check()
    assert "of table tag" in complaint


# rebuild ------------------------------------------------------------------------------------


def test_a_catalog_is_made_anew_from_records(full: Catalog, tmp_path: Path) -> None:
    records = [installed_document(NGINX, [TAG]), installed_document(REDIS, [])]
    assert full.rebuild(iter(records), actor="ada", host="lab", ticket="T-1") == 2
    assert full.installed() == (NGINX, REDIS)
    assert full.tags() == (TAG,)
    assert full.sources() == (source("lab"),), "no record has it, the old file had"
    (revision,) = full.log()
    assert (revision.number, revision.operation) == (1, "rebuild")
    assert (revision.actor, revision.host, revision.ticket) == ("ada", "lab", "T-1")
    assert Catalog(tmp_path / "catalog.db.before-rebuild-1").tags() == (TAG,)
    assert full.check() == ()


def test_holds_are_taken_over_with_their_images(full: Catalog) -> None:
    with full.change("hold") as change:
        change.put_image(REDIS)
        change.put_hold(Hold(image=REDIS.key, reason="wanted"))
        change.put_hold(Hold(image=NGINX.key, reason="wanted"))
    full.rebuild([installed_document(NGINX, [])])
    assert full.holds() == (Hold(image=NGINX.key, reason="wanted"),)


@pytest.mark.parametrize(
    "ruin",
    [
        lambda path: path.write_bytes(b"no database at all" * 1_000),
        lambda path: execute(path, "UPDATE source SET document = 'x'"),
        lambda path: execute(path, "PRAGMA user_version = 99"),
        lambda path: path.unlink(),
    ],
    ids=["overwritten", "rows", "newer", "gone"],
)
def test_a_ruined_catalog_is_made_anew(
    full: Catalog, tmp_path: Path, ruin: Callable[[Path], object]
) -> None:
    ruin(tmp_path / "catalog.db")
    assert full.rebuild([installed_document(NGINX, [TAG])]) == 1
    assert full.installed() == (NGINX,)
    assert full.check() == ()


def test_of_two_records_the_one_installed_last_counts(catalog: Catalog) -> None:
    older = replace(NGINX, installed_at="2026-01-01T00:00:00Z")
    newer = replace(image("nginx", "1.0", content="again"), installed_at="2026-02-01T00:00:00Z")
    stray = Tag(name="web", tag="prod", image=key("redis", "7.0"))
    catalog.rebuild([installed_document(newer, [stray]), installed_document(older, [])])
    assert catalog.installed() == (newer,)
    assert catalog.tags() == (), "it is of an image that no record has"


def test_a_damaged_record_changes_nothing(full: Catalog, tmp_path: Path) -> None:
    with pytest.raises(DocumentError):
        full.rebuild([installed_document(REDIS, []), b"{"])
    assert full.installed() == (NGINX,)
    assert files(tmp_path) == ["catalog.db"]


def test_an_empty_store_makes_an_empty_catalog(catalog: Catalog) -> None:
    assert catalog.rebuild([]) == 0
    assert [(one.operation, one.changes) for one in catalog.log()] == [("rebuild", ())]


def test_a_local_file_is_taken_over_for_it_has_no_record(full: Catalog, tmp_path: Path) -> None:
    stamp = FileStamp(files=(FileMark(path=str(tmp_path), size=1, mtime_ns=2),))
    local = image("windows", "10.0", root=stamp)
    tag = Tag(name="win", tag="mine", image=local.key)
    with full.change("install") as change:
        change.put_image(local)
        change.put_tag(tag)
        change.put_hold(Hold(image=local.key, reason="wanted"))
    assert full.rebuild([installed_document(REDIS, [])]) == 2
    assert full.installed() == (REDIS, local), "what has a root and no record was uninstalled"
    assert full.tags() == (tag,)
    assert full.holds() == (Hold(image=local.key, reason="wanted"),)
