"""Databases of older and newer releases, in a schema invented here."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from provider_core.catalog import Catalog
from provider_core.catalog.catalog_file import CatalogFile
from provider_core.catalog.schema import Schema
from provider_core.errors import CatalogTooNew, StoreError

FIRST = Schema(
    application=0x7E57, number=1, statements=("CREATE TABLE thing (name TEXT PRIMARY KEY)",)
)


def add_size(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE thing ADD COLUMN size INTEGER NOT NULL DEFAULT 0")


def count_letters(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE thing SET size = LENGTH(name)")


def fail(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM thing")
    raise RuntimeError("half way")


def break_references(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE part (thing TEXT REFERENCES thing (name))")
    connection.execute("INSERT INTO part VALUES ('nothing')")


THIRD = Schema(
    application=0x7E57,
    number=3,
    statements=("CREATE TABLE thing (name TEXT PRIMARY KEY, size INTEGER NOT NULL)",),
    migrations={1: add_size, 2: count_letters},
)


def open_file(path: Path, schema: Schema, *, read_only: bool = False) -> CatalogFile:
    return CatalogFile(path, schema, seconds=1, read_only=read_only)


def things(file: CatalogFile) -> list[tuple[str, int]]:
    with file.reading() as connection:
        return connection.execute("SELECT name, size FROM thing ORDER BY name").fetchall()


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "catalog.db"
    with open_file(path, FIRST).writing() as connection:
        connection.execute("INSERT INTO thing VALUES ('nginx')")
    return path


def test_reading_migrates_after_a_backup(old: Path) -> None:
    assert things(open_file(old, THIRD)) == [("nginx", 5)]
    backup = old.with_name("catalog.db.before-schema-1")
    with open_file(backup, FIRST).reading() as connection:
        assert connection.execute("SELECT * FROM thing").fetchall() == [("nginx",)]


def test_changing_migrates_too(old: Path) -> None:
    with open_file(old, THIRD).writing() as connection:
        connection.execute("INSERT INTO thing VALUES ('redis', 1)")
    assert things(open_file(old, THIRD)) == [("nginx", 5), ("redis", 1)]


def test_a_migrated_file_is_not_migrated_again(old: Path) -> None:
    things(open_file(old, THIRD))
    with open_file(old, THIRD).writing() as connection:
        connection.execute("UPDATE thing SET size = 9")
    assert things(open_file(old, THIRD)) == [("nginx", 9)]


def test_a_file_that_must_not_change_is_migrated_in_memory(old: Path) -> None:
    before = old.read_bytes()
    old.chmod(0o400)
    assert things(open_file(old, THIRD, read_only=True)) == [("nginx", 5)]
    assert old.read_bytes() == before
    assert not old.with_name("catalog.db.before-schema-1").exists()


def test_a_migration_that_fails_leaves_the_old_schema(old: Path) -> None:
    broken = Schema(application=0x7E57, number=3, statements=(), migrations={1: add_size, 2: fail})
    with pytest.raises(RuntimeError, match="half way"):
        things(open_file(old, broken))
    with open_file(old, FIRST).reading() as connection:
        assert connection.execute("SELECT * FROM thing").fetchall() == [("nginx",)]
    assert things(open_file(old, THIRD)) == [("nginx", 5)]


def test_a_migration_that_breaks_references_is_undone(old: Path) -> None:
    broken = Schema(application=0x7E57, number=2, statements=(), migrations={1: break_references})
    with pytest.raises(StoreError, match="refer to nothing"):
        things(open_file(old, broken))
    assert things(open_file(old, THIRD)) == [("nginx", 5)]


def test_a_migration_in_memory_that_fails_is_told(old: Path) -> None:
    broken = Schema(application=0x7E57, number=2, statements=(), migrations={1: fail})
    with pytest.raises(RuntimeError, match="half way"):
        things(open_file(old, broken, read_only=True))


def test_a_newer_schema_is_refused_and_left_alone(old: Path) -> None:
    things(open_file(old, THIRD))
    before = old.read_bytes()
    file = open_file(old, FIRST)
    with pytest.raises(CatalogTooNew) as caught, file.reading():
        pytest.fail("it is too new")
    assert (caught.value.fields["found"], caught.value.fields["known"]) == (3, 1)
    with pytest.raises(CatalogTooNew), file.writing():
        pytest.fail("it is too new")
    assert old.read_bytes() == before


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE photo (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        Catalog(path).installed()
    with pytest.raises(StoreError, match="another program"), Catalog(path).change("install"):
        pytest.fail("it is not ours")
    assert path.read_bytes() == before


def test_a_file_without_tables_is_an_empty_catalog(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    for statement in ("PRAGMA user_version = 0", "VACUUM"):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(statement)
        assert Catalog(path).installed() == ()
    with Catalog(path).change("nothing"):
        pass
    assert Catalog(path).check() == ()
