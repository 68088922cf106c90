"""Reading the catalog's present state, over a connection that its caller opened."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from ..model import Content, Hold, ImageKey, Installed, Package, Source, Tag
from ..model.codec import (
    decode_content,
    decode_hold,
    decode_installed,
    decode_package,
    decode_source,
    decode_tag,
    load_text,
)
from ..oci import Descriptor
from ..references import name_key

__all__ = [
    "all_cached",
    "all_holds",
    "all_images",
    "all_sources",
    "all_tags",
    "images_by_hex",
    "images_by_name",
    "latest_revision",
    "one_image",
    "one_source",
]

_HEX = frozenset("0123456789abcdef")


def all_images(connection: sqlite3.Connection) -> tuple[Installed, ...]:
    """Return every image, by name without case, the newest version first."""
    return _images(
        connection.execute(
            """
            SELECT document FROM image
            ORDER BY name_key, sort_key DESC, version DESC, platform
            """
        )
    )


def images_by_name(connection: sqlite3.Connection, name: str) -> tuple[Installed, ...]:
    """Return the images called *name* in any case, the newest version first."""
    return _images(
        connection.execute(
            """
            SELECT document FROM image WHERE name_key = :name
            ORDER BY sort_key DESC, version DESC, platform
            """,
            {"name": name_key(name)},
        )
    )


def images_by_hex(connection: sqlite3.Connection, prefix: str) -> tuple[Installed, ...]:
    """Return the images whose id or root digest begins with *prefix*, in hexadecimal.

    The algorithm may stand in front (``sha256:0a1b``).  () for a prefix that is none.
    """
    algorithm, colon, digits = prefix.rpartition(":")
    digits = digits.lower()
    if not digits or not _HEX.issuperset(digits):
        return ()
    # 'g' is above every hexadecimal digit, so the bounds hold what begins with the digits.
    bounds = {"low": digits, "high": f"{digits}g"}
    found = _images(
        connection.execute(
            """
            SELECT document FROM image
            WHERE (image_id >= :low AND image_id < :high) OR (root >= :low AND root < :high)
            ORDER BY name_key, sort_key DESC, version DESC, platform
            """,
            bounds,
        )
    )
    wanted = f"{algorithm.lower()}{colon}{digits}"
    return found if not colon else tuple(image for image in found if _has_id(image, wanted))


def one_image(connection: sqlite3.Connection, key: ImageKey) -> Installed | None:
    """Return the image of *key*, None if there is none."""
    cursor = connection.execute(
        """
        SELECT document FROM image
        WHERE name_key = :name AND version = :version AND platform = :platform
        """,
        {"name": key.name, "version": key.version, "platform": key.platform},
    )
    return next(iter(_images(cursor)), None)


def all_tags(connection: sqlite3.Connection) -> tuple[Tag, ...]:
    """Return every tag, by name without case, then by tag."""
    cursor = connection.execute("SELECT document FROM tag ORDER BY name_key, tag")
    return tuple(decode_tag(doc) for doc in _documents(cursor))


def all_holds(connection: sqlite3.Connection) -> tuple[Hold, ...]:
    """Return every hold, by image."""
    cursor = connection.execute("SELECT document FROM hold ORDER BY name_key, version, platform")
    return tuple(decode_hold(doc) for doc in _documents(cursor))


def all_sources(connection: sqlite3.Connection) -> tuple[Source, ...]:
    """Return every source, the one to ask first in front."""
    cursor = connection.execute("SELECT document FROM source ORDER BY priority DESC, name_key")
    return tuple(decode_source(doc) for doc in _documents(cursor))


def one_source(connection: sqlite3.Connection, name: str) -> Source | None:
    """Return the source called *name* in any case, None if there is none."""
    cursor = connection.execute(
        "SELECT document FROM source WHERE name_key = :name", {"name": name_key(name)}
    )
    return next((decode_source(doc) for doc in _documents(cursor)), None)


def all_cached(connection: sqlite3.Connection) -> tuple[tuple[Package, Content, float], ...]:
    """Return cached content and since when (seconds since 1970) it is, the oldest first."""
    cursor = connection.execute("SELECT package, content, since FROM cached ORDER BY since, root")
    return tuple(
        (decode_package(load_text(package)), decode_content(load_text(content)), since)
        for package, content, since in cursor
    )


def latest_revision(connection: sqlite3.Connection) -> int:
    """Return the number of the last revision, 0 before the first."""
    (number,) = connection.execute("SELECT COALESCE(MAX(number), 0) FROM revision").fetchone()
    return int(number)


def _images(cursor: sqlite3.Cursor) -> tuple[Installed, ...]:
    return tuple(decode_installed(doc) for doc in _documents(cursor))


def _documents(cursor: sqlite3.Cursor) -> Iterator[object]:
    return (load_text(text) for (text,) in cursor)


def _has_id(image: Installed, start: str) -> bool:
    root = image.content.root
    digest = root.digest if isinstance(root, Descriptor) else None
    return any(str(one).startswith(start) for one in (image.image_id, digest))
