"""What the catalog, the store and the settings print with --json, in the manner of `schema`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .schema import Document

if TYPE_CHECKING:
    from ..catalog import Change, Revision
    from ..settings import Setting
    from ..store import Collected, Damage

__all__ = [
    "change_document",
    "collected_document",
    "damage_document",
    "revision_document",
    "setting_document",
]


def revision_document(revision: Revision) -> Document:
    """Describe one change of the catalog."""
    return {
        "schema": "ferry.revision/1",
        "revision": revision.number,
        "time": revision.time,
        "actor": revision.actor,
        "host": revision.host,
        "operation": revision.operation,
        "ticket": revision.ticket,
        "detail": dict(revision.detail),
        "changes": [change_document(change) for change in revision.changes],
    }


def change_document(change: Change) -> Document:
    """Describe one thing that a change of the catalog touched."""
    return {
        "schema": "ferry.change/1",
        "revision": change.revision,
        "kind": change.kind,
        "subject": change.subject,
        "before": None if change.before is None else dict(change.before),
        "after": None if change.after is None else dict(change.after),
    }


def damage_document(damage: Damage) -> Document:
    """Describe one thing that is wrong in a store."""
    return {
        "schema": "ferry.damage/1",
        "kind": damage.kind,
        "digest": str(damage.digest or ""),
        "detail": damage.detail,
    }


def collected_document(collected: Collected) -> Document:
    """Describe what a collection removed, or would remove."""
    return {
        "schema": "ferry.collected/1",
        "digests": [str(digest) for digest in collected.digests],
        "size": collected.size,
        "kept_for_grace": collected.kept_for_grace,
    }


def setting_document(setting: Setting) -> Document:
    """Describe a setting and where it comes from."""
    value = list(setting.value) if isinstance(setting.value, tuple) else setting.value
    return {
        "schema": "ferry.setting/1",
        "name": setting.name,
        "value": value,
        "origin": setting.origin,
    }
