"""What these commands print with --json, one object a line, in the manner of `cli.schema`.

================= ============================ ===================================
schema            printed by                   is
================= ============================ ===================================
ferry.feed/1      feed init, refresh, key show a feed: its keys, versions and ends
ferry.published/1 feed add, remove             what a publication changed
ferry.pruned/1    feed prune                   what pruning removed
ferry.key/1       key new, list, backup …      a key
ferry.root/1      key rotate, revoke, sign …   a root, and who signed it
ferry.inventory/1 inventory                    what a home has (feed_format.inventory)
================= ============================ ===================================
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from feed_format import Pruned, PublicKey, PublishedFeed, show_fingerprint
from provider_core.cli.schema import Document, offer_document
from provider_core.model import Package

from ..feed_keys import FeedKey
from ..root_drafts import RootDraft

__all__ = [
    "COLUMNS",
    "SHORT",
    "feed_document",
    "feed_facts",
    "key_document",
    "key_facts",
    "pruned_document",
    "published_document",
    "root_document",
    "root_facts",
    "signer_facts",
]

COLUMNS = "Name,Version,Publisher,IsOSImage,Description"
"""The columns that offers of a feed are shown in."""
SHORT = 12
"""Digits of a key's id that tables show."""


def feed_document(feed: PublishedFeed) -> Document:
    """Describe a feed."""
    return {
        "schema": "ferry.feed/1",
        "path": str(feed.path),
        "fingerprint": feed.fingerprint.hex,
        "version": feed.version,
        "root_version": feed.root_version,
        "expires": {state.role: state.expires.isoformat() for state in feed.states},
        "keys": {
            state.role: {
                "threshold": feed.keys.of(state.role).threshold,
                "ids": [key.id for key in feed.keys.of(state.role).keys],
            }
            for state in feed.states
        },
    }


def feed_facts(feed: PublishedFeed) -> list[tuple[str, str]]:
    """Return what people are shown of a feed."""
    ends = [
        (f"{state.role.capitalize()}Until", f"{state.expires:%Y-%m-%d}") for state in feed.states
    ]
    return [
        ("Path", str(feed.path)),
        ("Fingerprint", show_fingerprint(feed.fingerprint)),
        ("Version", str(feed.version)),
        ("RootVersion", str(feed.root_version)),
        *ends,
    ]


def signer_facts(feed: PublishedFeed) -> list[tuple[str, str]]:
    """Return for each role who signs it, and how many have to."""
    facts = []
    for state in feed.states:
        keys = feed.keys.of(state.role)
        ids = ", ".join(key.id[:SHORT] for key in keys.keys)
        facts.append(
            (f"{state.role.capitalize()}Keys", f"{keys.threshold} of {len(keys.keys)}: {ids}")
        )
    return facts


def published_document(
    feed: Path,
    version: int,
    *,
    added: Iterable[Package] = (),
    kept: Iterable[Package] = (),
    removed: Iterable[Package] = (),
    copied: int = 0,
) -> Document:
    """Describe a publication: what it changed, the number it has, the bytes that were copied."""
    return {
        "schema": "ferry.published/1",
        "feed": str(feed),
        "version": version,
        "added": list(map(offer_document, added)),
        "kept": list(map(offer_document, kept)),
        "removed": list(map(offer_document, removed)),
        "copied": copied,
    }


def pruned_document(feed: Path, version: int, pruned: Pruned) -> Document:
    """Describe what pruning removed; sizes in bytes."""
    return {
        "schema": "ferry.pruned/1",
        "feed": str(feed),
        "version": version,
        "versions": pruned.versions,
        "files": pruned.files,
        "size": pruned.size,
    }


def key_document(key: FeedKey) -> Document:
    """Describe a key."""
    return {
        "schema": "ferry.key/1",
        "id": key.id,
        "roles": list(key.roles),
        "file": "" if key.file is None else str(key.file.path),
        "protection": key.protection,
        "public": "" if key.public is None else _pem(key.public),
    }


def key_facts(key: FeedKey) -> list[tuple[str, str]]:
    """Return what people are shown of a key."""
    return [
        ("Key", key.id),
        ("Roles", key.role_words),
        ("Protection", key.protection),
        ("File", "" if key.file is None else str(key.file.path)),
        ("Public", "" if key.public is None else key.public.raw.hex()),
    ]


def root_document(draft: RootDraft, *, file: str, applied: bool) -> Document:
    """Describe a root that is to follow, or has followed; *file* is where it was written."""
    return {
        "schema": "ferry.root/1",
        "version": draft.version,
        "file": file,
        "applied": applied,
        "signed": sorted(key.id for key in draft.signed),
        "missing": draft.missing,
        "could_sign": sorted(key.id for key in draft.could_sign),
    }


def root_facts(draft: RootDraft, *, file: str = "") -> list[tuple[str, str]]:
    """Return what people are shown of a root."""
    facts = [("RootVersion", str(draft.version)), ("File", file), ("Missing", str(draft.missing))]
    facts += [("SignedBy", key.id[:SHORT]) for key in sorted(draft.signed, key=_id)]
    facts += [("CouldSign", key.id[:SHORT]) for key in sorted(draft.could_sign, key=_id)]
    return facts


def _id(key: PublicKey) -> str:
    return key.id


def _pem(key: PublicKey) -> str:
    return key.as_pem().decode()
