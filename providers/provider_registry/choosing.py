"""Which tags of a repository a question means: as few as will do, for each costs a request."""

from __future__ import annotations

from collections.abc import Iterable

from provider_core.model import Query
from provider_core.versions import Version

__all__ = ["LATEST", "tags_meant"]

LATEST = "latest"

_ENOUGH_LABELS = 10
"""Labels that are looked at where nothing else is there; more only make the choice longer."""


def tags_meant(tags: Iterable[str], query: Query) -> list[str]:
    """Return those of *tags* that answer *query*, the one to install first.

    That is everything that fits if all versions are wanted; else ``latest`` where no version is
    asked for, and the newest release, one without a variant before others; else labels.
    """
    known = map(Version.parse, tags)
    fitting = sorted(
        (version for version in known if query.wants_version(version)),
        key=lambda version: (version.key, version.text),
        reverse=True,
    )
    if query.all_versions or query.tag:
        return [version.text for version in fitting]
    labels = [version.text for version in fitting if version.is_label]
    releases = [version for version in fitting if not version.is_label]
    plain = [version for version in releases if not version.variant]
    chosen = [version.text for version in (plain or releases)[:1]]
    if LATEST in labels and query.versions.is_any and query.variant is None:
        return [LATEST, *chosen]
    return chosen or labels[:_ENOUGH_LABELS]
