"""From a list's entries to requests: all versions, the newest few, or tags that fit a pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import PackageNotFound
from ..lists import Wanted
from ..model import Query
from ..oci import Descriptor
from ..versions import Version
from .requests import Request, name_reference, query_of
from .resolving import Chosen
from .versions_there import numbered, versions_there
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["requests_for"]


def requests_for(resources: Resources, wanted: Wanted, wishes: Wishes) -> tuple[Request, ...]:
    """Return the requests that *wanted* stands for, each with the digest that was seen.

    Raises PackageNotFound if nothing fits, UsageError for a file or URL with ``keep``, and what
    asking the sources raises.
    """
    if wanted.is_plain:
        return (Request(text=wanted.request, source=wanted.source),)
    request = Request(text=wanted.request, source=wanted.source)
    wishes = request.wishes(wishes)
    query = query_of(name_reference(wanted.request), wishes)
    found = _kept(versions_there(resources, query, wishes), query, wanted)
    if not found:
        raise PackageNotFound(
            wanted.request, hint="`ferry find --all-versions` lists what there is"
        )
    return tuple(_exact(one, wanted.request) for one in found)


def _kept(found: Iterable[Chosen], query: Query, wanted: Wanted) -> list[Chosen]:
    """Return those of *found*, newest first, that *wanted* keeps."""
    chosen = list(found)
    if wanted.tags:
        pattern = re.compile(wanted.tags)
        chosen = [one for one in chosen if pattern.search(one.package.version)]
    if not wanted.keep:
        return chosen
    if query.variant is None and not wanted.tags:
        # As without `keep`: a name alone means the plain ones, where there are any.
        chosen = [one for one in chosen if not _version(one).variant] or chosen
    versions: dict[str, list[Chosen]] = {}
    for one in numbered(chosen):
        versions.setdefault(one.package.version, []).append(one)
    newest = list(versions.values())[: wanted.keep]
    return [one for same in newest for one in same]


def _version(one: Chosen) -> Version:
    return Version.parse(one.package.version)


def _exact(one: Chosen, entry: str) -> Request:
    package = one.package
    digest = f"@{package.pin.digest}" if isinstance(package.pin, Descriptor) else ""
    text = f"{package.name}:{package.version}{digest}"
    return Request(text=text, source=one.source.name if one.source else "", entry=entry)
