"""Finding offers: from a question to names, and from names to the offers that answer.

It gives what `Query.wants` would take of all offers, but reads no stored version: sort keys are
compared as bytes, and the newest of a name is the first row of an index.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from ..digests import Digest
from ..model import FileStamp, Package, Query, pin_key
from ..model.codec import decode_package, load_text
from ..references import name_key
from .criteria import criteria, like_pattern, match_expression, prefix_bounds, search_words

__all__ = ["find_offers", "spellings"]

_BATCH: Final = 200
"""Names that are looked up at once."""
_LATEST: Final = "latest"

_Row = tuple[str, str, str, str]


def find_offers(
    connection: sqlite3.Connection, query: Query, sources: Sequence[str], limit: int | None
) -> tuple[Package, ...]:
    """Return what answers *query* in *sources*, at most *limit* packages.

    They come by name without case, then the newest version first, then in the order of the
    sources, labels last.  `Offers.find` says which versions.
    """
    parameters = criteria(query, sources)
    words = search_words(query)
    texts = _texts(connection, query, words, parameters["sources"]) if words else None
    names = _names(connection, query, parameters) if texts is None else iter(sorted(texts))
    statement = _statement(query)
    rows = _rows(connection, statement, names, texts, parameters, limit)
    if statement is _NEWEST:
        return tuple(islice(_without_repeats(rows), limit))
    return tuple(islice(map(_package, rows), limit))


def spellings(connection: sqlite3.Connection, prefix: str, limit: int) -> tuple[str, ...]:
    """Return the names that begin with *prefix* in any case, sorted, at most *limit*."""
    low, high = prefix_bounds(name_key(prefix))
    rows = connection.execute(
        """
        SELECT MIN(spelling) FROM name WHERE name_key >= :low AND name_key < :high
        GROUP BY name_key ORDER BY name_key LIMIT :limit
        """,
        {"low": low, "high": high, "limit": limit},
    )
    return tuple(spelling for (spelling,) in rows)


def _names(
    connection: sqlite3.Connection, query: Query, parameters: dict[str, Any]
) -> Iterator[str]:
    """Yield the keys of the names that may answer, sorted."""
    if query.name and not query.has_wildcard:
        return iter((name_key(query.name),))
    if query.digest is not None:
        found = connection.execute(_NAMES_WITH_DIGEST, parameters)
        return (name for (name,) in found if query.wants_name(name))
    pattern = name_key(query.name) or "*"
    low, high = prefix_bounds(pattern[: _first_sign(pattern)])
    bounds = {"low": low, "high": high, "pattern": like_pattern(pattern)}
    found = connection.execute(_NAMES_LIKE, {"sources": parameters["sources"], **bounds})
    return (name for (name,) in found)


def _texts(
    connection: sqlite3.Connection, query: Query, words: Sequence[str], sources: str
) -> dict[str, list[int]]:
    """Return the texts of each name in which all *words* are; *sources* is a JSON array."""
    match = match_expression(words)
    statement = _TEXTS_WITH_WORDS if match else _TEXTS
    texts: dict[str, list[int]] = {}
    for place, name, text in connection.execute(statement, {"sources": sources, "match": match}):
        if all(word in text for word in words) and query.wants_name(name):
            texts.setdefault(name, []).append(place)
    return texts


def _statement(query: Query) -> str:
    if query.tag:
        return _TAGGED
    return _ALL if query.all_versions or query.digest is not None else _NEWEST


def _rows(
    connection: sqlite3.Connection,
    statement: str,
    names: Iterator[str],
    texts: Mapping[str, list[int]] | None,
    parameters: dict[str, Any],
    limit: int | None,
) -> Iterator[_Row]:
    """Yield the rows of *statement* for all *names*, as many names at once as may be needed."""
    size = _BATCH if limit is None else max(1, min(limit, _BATCH))
    while batch := list(islice(names, size)):
        parameters["names"] = json.dumps(batch)
        if texts is not None:
            parameters["texts"] = json.dumps([place for name in batch for place in texts[name]])
        yield from connection.execute(statement, parameters)


def _without_repeats(rows: Iterable[_Row]) -> Iterator[Package]:
    """Yield packages, but not `latest` where it is the newest release, which came before it."""
    group: tuple[str, str] | None = None
    pins: dict[tuple[str, str], set[Digest | FileStamp]] = {}
    for row in rows:
        name, source, version, _ = row
        if group is None or group[0] != name:
            pins.clear()
        group = name, source
        package = _package(row)
        if version != _LATEST:
            pins.setdefault(group, set()).add(pin_key(package.pin))
        elif pin_key(package.pin) in pins.get(group, ()):
            continue
        yield package


def _package(row: _Row) -> Package:
    return decode_package(load_text(row[3]))


def _first_sign(pattern: str) -> int:
    return next((place for place, sign in enumerate(pattern) if sign in "*?"), len(pattern))


_NAMES_LIKE = r"""
    SELECT DISTINCT name_key FROM name
    WHERE name_key >= :low AND name_key < :high AND name_key LIKE :pattern ESCAPE '\'
        AND source IN (SELECT value FROM json_each(:sources))
    ORDER BY name_key
"""

_NAMES_WITH_DIGEST = """
    SELECT DISTINCT name_key FROM offer JOIN name ON name.id = offer.name_id
    WHERE offer.digest = :digest AND source IN (SELECT value FROM json_each(:sources))
    ORDER BY name_key
"""

_TEXTS = """
    SELECT text.id, name.name_key, text.text FROM text JOIN name ON name.id = text.name_id
    WHERE name.source IN (SELECT value FROM json_each(:sources))
"""

_TEXTS_WITH_WORDS = """
    SELECT text.id, name.name_key, text.text FROM words
    CROSS JOIN text ON text.id = words.rowid
    CROSS JOIN name ON name.id = text.name_id
    WHERE words MATCH :match AND name.source IN (SELECT value FROM json_each(:sources))
"""

_TAGGED = """
    SELECT name.name_key, name.source, offer.version, offer.document
    FROM json_each(:names) AS wanted
    CROSS JOIN name ON name.name_key = wanted.value
    CROSS JOIN json_each(:sources) AS asked ON asked.value = name.source
    CROSS JOIN offer ON offer.name_id = name.id
    WHERE offer.version = :version
        AND (:digest IS NULL OR offer.digest = :digest)
        AND (:texts IS NULL OR offer.text_id IN (SELECT value FROM json_each(:texts)))
    ORDER BY name.name_key, asked.key, offer.platform
"""

_ALL = """
    SELECT name.name_key, name.source, offer.version, offer.document
    FROM json_each(:names) AS wanted
    CROSS JOIN name ON name.name_key = wanted.value
    CROSS JOIN json_each(:sources) AS asked ON asked.value = name.source
    CROSS JOIN offer ON offer.name_id = name.id
    WHERE (:digest IS NULL OR offer.digest = :digest)
        AND (:variant IS NULL OR offer.variant = :variant)
        AND (:prereleases OR NOT offer.is_prerelease)
        AND (:low IS NULL OR offer.sort_key > :low OR (offer.sort_key = :low AND :with_low))
        AND (:high IS NULL OR offer.sort_key < :high OR (offer.sort_key = :high AND :with_high))
        AND (:texts IS NULL OR offer.text_id IN (SELECT value FROM json_each(:texts)))
    ORDER BY name.name_key, offer.sort_key DESC, offer.version DESC, asked.key, offer.platform
"""

# The inner question finds the newest version that fits; the outer one repeats the conditions, as
# the same version may be there for several platforms, and beside it `latest`.
_NEWEST = """
    SELECT name.name_key, name.source, offer.version, offer.document
    FROM json_each(:names) AS wanted
    CROSS JOIN name ON name.name_key = wanted.value
    CROSS JOIN json_each(:sources) AS asked ON asked.value = name.source
    CROSS JOIN offer ON offer.name_id = name.id AND offer.version IN (
        (
            SELECT newest.version FROM offer AS newest
            WHERE newest.name_id = name.id
                AND (:variant IS NULL OR newest.variant = :variant)
                AND (:prereleases OR NOT newest.is_prerelease)
                AND (:low IS NULL OR newest.sort_key > :low
                    OR (newest.sort_key = :low AND :with_low))
                AND (:high IS NULL OR newest.sort_key < :high
                    OR (newest.sort_key = :high AND :with_high))
                AND (:texts IS NULL OR newest.text_id IN (SELECT value FROM json_each(:texts)))
            ORDER BY newest.is_label, newest.has_variant, newest.sort_key DESC,
                newest.version DESC
            LIMIT 1
        ),
        :latest
    )
    WHERE (:variant IS NULL OR offer.variant = :variant)
        AND (:prereleases OR NOT offer.is_prerelease)
        AND (:low IS NULL OR offer.sort_key > :low OR (offer.sort_key = :low AND :with_low))
        AND (:high IS NULL OR offer.sort_key < :high OR (offer.sort_key = :high AND :with_high))
        AND (:texts IS NULL OR offer.text_id IN (SELECT value FROM json_each(:texts)))
    ORDER BY name.name_key, offer.sort_key DESC, offer.version DESC, asked.key, offer.platform
"""
