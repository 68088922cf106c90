"""The catalog's past: revisions, what each of them changed, and the way back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ..errors import NotFoundError
from ..model import ImageKey, Installed
from ..model.codec import decode_installed, load_text
from ..versions import Version
from .rows import all_images, latest_revision

__all__ = [
    "HOLD",
    "IMAGE",
    "SOURCE",
    "TAG",
    "Change",
    "Revision",
    "changes_between",
    "images_at",
    "net",
    "revisions",
    "write_revision",
]

IMAGE: Final = "image"
TAG: Final = "tag"
HOLD: Final = "hold"
SOURCE: Final = "source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one revision, or several together, did to one thing."""

    revision: int
    """The last revision that touched it."""
    kind: str
    """'image', 'tag', 'hold' or 'source'."""
    subject: str
    """The thing, for people: ``name version platform``, ``name:tag``, a source's name."""
    before: Mapping[str, Any] | None = field(hash=False)
    """JSON values (`model.codec`), None if it was not there."""
    after: Mapping[str, Any] | None = field(hash=False)
    """JSON values, None if it is gone."""
    identity: tuple[str, ...] = ()
    """The thing, for programs: the parts of its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One operation on the catalog; all of it happened, or nothing."""

    number: int
    """From 1, without gaps."""
    time: str
    """ISO 8601, UTC."""
    actor: str
    """Who did it."""
    host: str
    """On which machine."""
    operation: str
    """'install', 'uninstall', …"""
    ticket: str
    """The actor's reference for it."""
    detail: Mapping[str, str] = field(hash=False)
    """Further facts about the operation."""
    changes: tuple[Change, ...]
    """In the order in which the things were first touched."""


def revisions(
    connection: sqlite3.Connection, *, limit: int | None, since: int
) -> tuple[Revision, ...]:
    """Return the revisions above *since*, the newest first, at most *limit*."""
    rows = connection.execute(
        """
        SELECT number, time, actor, host, operation, ticket, detail FROM revision
        WHERE number > :since ORDER BY number DESC LIMIT :count
        """,
        {"since": since, "count": -1 if limit is None else limit},
    ).fetchall()
    if not rows:
        return ()
    changes: dict[int, list[Change]] = {}
    for change in _changes(connection, rows[-1][0] - 1, rows[0][0]):
        changes.setdefault(change.revision, []).append(change)
    return tuple(
        Revision(
            number=number,
            time=time,
            actor=actor,
            host=host,
            operation=operation,
            ticket=ticket,
            detail=json.loads(detail),
            changes=tuple(changes.get(number, ())),
        )
        for number, time, actor, host, operation, ticket, detail in rows
    )


def changes_between(connection: sqlite3.Connection, a: int, b: int) -> tuple[Change, ...]:
    """Return what leads from revision *a* to *b*, one change a thing; backwards if b < a.

    Raises NotFoundError for a revision that does not exist.
    """
    for number in (a, b):
        _require(connection, number)
    changes = net(_changes(connection, min(a, b), max(a, b)))
    if a <= b:
        return changes
    return tuple(replace(one, before=one.after, after=one.before) for one in changes)


def images_at(connection: sqlite3.Connection, number: int) -> tuple[Installed, ...]:
    """Return the images of revision *number*, sorted as the present ones; 0 is the beginning.

    Raises NotFoundError if there is no such revision.
    """
    _require(connection, number)
    images: dict[ImageKey, Installed] = {image.key: image for image in all_images(connection)}
    for change in net(_changes(connection, number, latest_revision(connection))):
        if change.kind != IMAGE:
            continue
        name, version, platform = change.identity
        images.pop(ImageKey(name=name, version=version, platform=platform), None)
        if change.before is not None:
            image = decode_installed(change.before)
            images[image.key] = image
    return tuple(_sorted(images.values()))


def net(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return what *changes*, in their order, amount to: one a thing, none for nothing."""
    found: dict[tuple[str, tuple[str, ...]], Change] = {}
    for change in changes:
        key = (change.kind, change.identity)
        first = found.get(key, change)
        found[key] = replace(change, before=first.before)
    return tuple(change for change in found.values() if change.before != change.after)


def write_revision(
    connection: sqlite3.Connection,
    number: int,
    facts: Mapping[str, str],
    changes: Sequence[Change],
) -> None:
    """Write the revision *number*, which *changes* belong to.

    *facts* are its time, actor, host, operation, ticket and detail (JSON text).
    """
    connection.execute(
        """
        INSERT INTO revision (number, time, actor, host, operation, ticket, detail)
        VALUES (:number, :time, :actor, :host, :operation, :ticket, :detail)
        """,
        {"number": number, **facts},
    )
    connection.executemany(
        """
        INSERT INTO change (revision, position, kind, identity, subject, before, after)
        VALUES (:revision, :position, :kind, :identity, :subject, :before, :after)
        """,
        [_row(change, position) for position, change in enumerate(changes)],
    )


def _row(change: Change, position: int) -> dict[str, object]:
    return {
        "revision": change.revision,
        "position": position,
        "kind": change.kind,
        "identity": json.dumps(change.identity),
        "subject": change.subject,
        "before": _text(change.before),
        "after": _text(change.after),
    }


def _text(document: Mapping[str, Any] | None) -> str | None:
    return None if document is None else json.dumps(document, separators=(",", ":"))


def _changes(connection: sqlite3.Connection, above: int, upto: int) -> list[Change]:
    rows = connection.execute(
        """
        SELECT revision, kind, subject, identity, before, after FROM change
        WHERE revision > :above AND revision <= :upto ORDER BY revision, position
        """,
        {"above": above, "upto": upto},
    )
    return [
        Change(
            revision=revision,
            kind=kind,
            subject=subject,
            identity=tuple(json.loads(identity)),
            before=before and load_text(before),
            after=after and load_text(after),
        )
        for revision, kind, subject, identity, before, after in rows
    ]


def _require(connection: sqlite3.Connection, number: int) -> None:
    latest = latest_revision(connection)
    if not 0 <= number <= latest:
        raise NotFoundError(
            f"the catalog has no revision {number}, only 0 to {latest}",
            hint="`ferry catalog log` lists them",
            revision=number,
            latest=latest,
        )


def _sorted(images: Iterable[Installed]) -> list[Installed]:
    def newest_first(image: Installed) -> tuple[bytes, str]:
        return Version.parse(image.version).key, image.version

    found = sorted(images, key=lambda image: image.key.platform)
    found.sort(key=newest_first, reverse=True)
    return sorted(found, key=lambda image: image.key.name)
