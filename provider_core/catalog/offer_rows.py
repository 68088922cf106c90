"""Writing offers: from packages to rows, and from staged rows to those that finds read.

Rows are computed and staged in a temporary table first, which keeps nobody waiting while a
source is slow; then one transaction takes them over.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from ..model import Package, PackageId
from ..model.codec import to_text
from ..oci import Descriptor
from ..references import name_key
from ..versions import Version
from .connections import transaction

__all__ = ["delete_source", "searchable", "stage", "take_over"]

_BATCH = 1_000

_STAGING = (
    """
    CREATE TEMP TABLE staged (
        position INTEGER NOT NULL PRIMARY KEY, name_key TEXT, spelling TEXT, version TEXT,
        platform TEXT, is_label INTEGER, has_variant INTEGER, sort_key BLOB,
        is_prerelease INTEGER, variant TEXT, digest BLOB, text TEXT, document TEXT
    )
    """,
    "CREATE TEMP TABLE unwanted (name_key TEXT, version TEXT, platform TEXT)",
    "CREATE TEMP TABLE touched (name_key TEXT NOT NULL PRIMARY KEY)",
)


def stage(
    connection: sqlite3.Connection, packages: Iterable[Package], removed: Iterable[PackageId]
) -> None:
    """Consume *removed* and *packages* into temporary tables of *connection*.

    What they raise passes through; DocumentError for a version beyond 128 characters.
    """
    for statement in _STAGING:
        connection.execute(statement)
    with transaction(connection):
        for keys in _batches(map(_key_of, removed)):
            connection.executemany("INSERT INTO unwanted VALUES (?, ?, ?)", keys)
        for rows in _batches(map(_row_of, packages)):
            connection.executemany(
                """
                INSERT INTO staged
                    (name_key, spelling, version, platform, is_label, has_variant, sort_key,
                     is_prerelease, variant, digest, text, document)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                rows,
            )
        connection.execute(
            """
            INSERT INTO touched
                SELECT name_key FROM staged UNION SELECT name_key FROM unwanted
            """
        )


def searchable(name: str, summary: str) -> str:
    """Return the text in which words are looked for, case folded (`Query.wants`)."""
    # The word index would end at a NUL.
    return name_key(f"{name} {summary}").replace("\0", " ")


def delete_source(connection: sqlite3.Connection, source: str) -> None:
    """Delete every offer of *source*, and that it was ever asked."""
    for statement in (
        "DELETE FROM offer WHERE name_id IN (SELECT id FROM name WHERE source = :source)",
        """
        INSERT INTO words (words, rowid, text)
            SELECT 'delete', text.id, text.text FROM text JOIN name ON name.id = text.name_id
            WHERE name.source = :source
        """,
        "DELETE FROM text WHERE name_id IN (SELECT id FROM name WHERE source = :source)",
        "DELETE FROM name WHERE source = :source",
        "DELETE FROM source WHERE name = :source",
    ):
        connection.execute(statement, {"source": source})


def take_over(connection: sqlite3.Connection, source: str) -> int:
    """Change the offers of *source* as staged; return how many more it has (fewer: below 0).

    What is removed goes first, and of equal offers the last counts.
    """
    parameters = {"source": source}
    before = _count(connection, parameters)
    connection.execute(_REMOVE, parameters)
    (last,) = connection.execute("SELECT COALESCE(MAX(id), 0) FROM text").fetchone()
    for statement in _TAKE_OVER:
        connection.execute(statement, parameters)
    connection.execute(
        "INSERT INTO words (rowid, text) SELECT id, text FROM text WHERE id > :last",
        {"last": last},
    )
    for statement in _PRUNE:
        connection.execute(statement, parameters)
    return _count(connection, parameters) - before


def _count(connection: sqlite3.Connection, parameters: dict[str, str]) -> int:
    """Return how many offers the names have that are touched."""
    (count,) = connection.execute(
        """
        SELECT COUNT(*) FROM touched
        CROSS JOIN name ON name.name_key = touched.name_key AND name.source = :source
        CROSS JOIN offer ON offer.name_id = name.id
        """,
        parameters,
    ).fetchone()
    return int(count)


_REMOVE = """
    DELETE FROM offer WHERE id IN (
        SELECT offer.id FROM unwanted
        CROSS JOIN name ON name.name_key = unwanted.name_key AND name.source = :source
        CROSS JOIN offer ON offer.name_id = name.id
            AND offer.version = unwanted.version AND offer.platform = unwanted.platform
    )
"""

_TAKE_OVER = (
    """
    INSERT INTO name (name_key, source, spelling)
        SELECT name_key, :source, MAX(spelling) FROM staged WHERE true GROUP BY name_key
    ON CONFLICT (name_key, source) DO UPDATE SET spelling = excluded.spelling
    """,
    """
    INSERT INTO text (name_id, text)
        SELECT DISTINCT name.id, staged.text FROM staged
        CROSS JOIN name ON name.name_key = staged.name_key AND name.source = :source WHERE true
    ON CONFLICT (name_id, text) DO NOTHING
    """,
    """
    INSERT INTO offer
        (name_id, version, platform, is_label, has_variant, sort_key, is_prerelease, variant,
         digest, text_id, document)
        SELECT name.id, staged.version, staged.platform, is_label, has_variant, sort_key,
               is_prerelease, variant, digest, text.id, document
        FROM staged
        CROSS JOIN name ON name.name_key = staged.name_key AND name.source = :source
        CROSS JOIN text ON text.name_id = name.id AND text.text = staged.text
        WHERE true ORDER BY staged.position
    ON CONFLICT (name_id, version, platform) DO UPDATE SET
        is_label = excluded.is_label, has_variant = excluded.has_variant,
        sort_key = excluded.sort_key, is_prerelease = excluded.is_prerelease,
        variant = excluded.variant, digest = excluded.digest, text_id = excluded.text_id,
        document = excluded.document
    """,
)

# Texts and names that no offer is left of, among those that were touched.
_PRUNE = (
    """
    INSERT INTO words (words, rowid, text)
        SELECT 'delete', text.id, text.text FROM touched
        CROSS JOIN name ON name.name_key = touched.name_key AND name.source = :source
        CROSS JOIN text ON text.name_id = name.id
        WHERE NOT EXISTS (SELECT 1 FROM offer WHERE offer.text_id = text.id)
    """,
    """
    DELETE FROM text WHERE id IN (
        SELECT text.id FROM touched
        CROSS JOIN name ON name.name_key = touched.name_key AND name.source = :source
        CROSS JOIN text ON text.name_id = name.id
        WHERE NOT EXISTS (SELECT 1 FROM offer WHERE offer.text_id = text.id)
    )
    """,
    """
    DELETE FROM name WHERE id IN (
        SELECT name.id FROM touched
        CROSS JOIN name ON name.name_key = touched.name_key AND name.source = :source
        WHERE NOT EXISTS (SELECT 1 FROM offer WHERE offer.name_id = name.id)
    )
    """,
)


def _key_of(identity: PackageId) -> tuple[str, str, str]:
    platform = "" if identity.platform is None else str(identity.platform)
    return name_key(identity.name), identity.version, platform


def _row_of(package: Package) -> tuple[Any, ...]:
    name, text, platform = _key_of(package.id)
    version = Version.parse(text)
    # The digest of a stamp is that of a file's header: nothing that a person could ask for.
    digest = package.pin.digest if isinstance(package.pin, Descriptor) else None
    return (
        name,
        package.name,
        text,
        platform,
        version.is_label,
        bool(version.variant),
        version.key,
        version.is_prerelease,
        version.variant,
        None if digest is None else bytes.fromhex(digest.hex),
        searchable(package.name, package.summary),
        to_text(package),
    )


def _batches(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    source = iter(rows)
    while batch := list(islice(source, _BATCH)):
        yield batch
