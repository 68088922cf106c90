"""The tables of both databases, and the steps from one form of the catalog to the next.

Statements keep to what SQLite and PostgreSQL share (``ON CONFLICT``, ``CHECK``, named columns),
but for the word index and ``json_each``.  They take every value as a bound parameter.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

__all__ = ["CATALOG", "OFFERS", "Migration", "Schema"]

Migration = Callable[[sqlite3.Connection], None]
"""Brings a database one schema further, inside a transaction that its caller opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """One form of a database."""

    application: int
    """Marks the file as ours (SQLite file format, "application_id"); 32 bits."""
    number: int
    """The form, from 1 (SQLite file format, "user_version")."""
    statements: tuple[str, ...]
    """What makes an empty database."""
    migrations: Mapping[int, Migration] = field(default_factory=dict, hash=False)
    """The step from each older form to the one after it."""


_CATALOG_TABLES = (
    """
    CREATE TABLE image (
        name_key TEXT NOT NULL,
        version TEXT NOT NULL,
        platform TEXT NOT NULL,
        sort_key BLOB NOT NULL,
        image_id TEXT NOT NULL,
        root TEXT NOT NULL,
        document TEXT NOT NULL,
        PRIMARY KEY (name_key, version, platform)
    )
    """,
    "CREATE INDEX image_by_id ON image (image_id)",
    "CREATE INDEX image_by_root ON image (root)",
    """
    CREATE TABLE tag (
        name_key TEXT NOT NULL,
        tag TEXT NOT NULL,
        image_name TEXT NOT NULL,
        image_version TEXT NOT NULL,
        image_platform TEXT NOT NULL,
        document TEXT NOT NULL,
        PRIMARY KEY (name_key, tag),
        FOREIGN KEY (image_name, image_version, image_platform)
            REFERENCES image (name_key, version, platform)
    )
    """,
    "CREATE INDEX tag_by_image ON tag (image_name, image_version, image_platform)",
    """
    CREATE TABLE hold (
        name_key TEXT NOT NULL,
        version TEXT NOT NULL,
        platform TEXT NOT NULL,
        document TEXT NOT NULL,
        PRIMARY KEY (name_key, version, platform),
        FOREIGN KEY (name_key, version, platform)
            REFERENCES image (name_key, version, platform)
    )
    """,
    """
    CREATE TABLE source (
        name_key TEXT NOT NULL PRIMARY KEY,
        priority INTEGER NOT NULL,
        document TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE cached (
        root TEXT NOT NULL PRIMARY KEY,
        since REAL NOT NULL,
        package TEXT NOT NULL,
        content TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE revision (
        number INTEGER NOT NULL PRIMARY KEY,
        time TEXT NOT NULL,
        actor TEXT NOT NULL,
        host TEXT NOT NULL,
        operation TEXT NOT NULL,
        ticket TEXT NOT NULL,
        detail TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE change (
        revision INTEGER NOT NULL REFERENCES revision (number),
        position INTEGER NOT NULL,
        kind TEXT NOT NULL,
        identity TEXT NOT NULL,
        subject TEXT NOT NULL,
        before TEXT,
        after TEXT,
        PRIMARY KEY (revision, position)
    )
    """,
)

CATALOG = Schema(application=0x66657279, number=1, statements=_CATALOG_TABLES)
"""Historic, so it is migrated and never thrown away."""

_OFFERS_TABLES = (
    """
    CREATE TABLE source (
        name TEXT NOT NULL PRIMARY KEY,
        token TEXT,
        refreshed TEXT NOT NULL,
        offers INTEGER NOT NULL,
        until TEXT NOT NULL,
        facts TEXT NOT NULL,
        withdrawn TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE name (
        id INTEGER NOT NULL PRIMARY KEY,
        name_key TEXT NOT NULL,
        source TEXT NOT NULL,
        spelling TEXT NOT NULL,
        UNIQUE (name_key, source)
    )
    """,
    """
    CREATE TABLE text (
        id INTEGER NOT NULL PRIMARY KEY,
        name_id INTEGER NOT NULL REFERENCES name (id),
        text TEXT NOT NULL,
        UNIQUE (name_id, text)
    )
    """,
    """
    CREATE TABLE offer (
        id INTEGER NOT NULL PRIMARY KEY,
        name_id INTEGER NOT NULL REFERENCES name (id),
        version TEXT NOT NULL,
        platform TEXT NOT NULL,
        is_label INTEGER NOT NULL,
        has_variant INTEGER NOT NULL,
        sort_key BLOB NOT NULL,
        is_prerelease INTEGER NOT NULL,
        variant TEXT NOT NULL,
        digest BLOB,
        text_id INTEGER NOT NULL REFERENCES text (id),
        document TEXT NOT NULL,
        UNIQUE (name_id, version, platform)
    )
    """,
    # The order is the one in which the newest of a name is chosen; all that decides is inside.
    """
    CREATE INDEX offer_newest ON offer
        (name_id, is_label, has_variant, sort_key DESC, version DESC, is_prerelease, variant)
    """,
    "CREATE INDEX offer_by_digest ON offer (digest)",
    "CREATE INDEX offer_by_text ON offer (text_id)",
    # Trigrams find words inside words, as Query.wants does; names and summaries are stored with
    # their case folded, so the index need not fold.
    """
    CREATE VIRTUAL TABLE words USING fts5
        (text, content='text', content_rowid='id', tokenize='trigram case_sensitive 1')
    """,
)

OFFERS = Schema(application=0x6665726F, number=3, statements=_OFFERS_TABLES)
"""Can be made anew from the sources, so any other form is dropped."""
