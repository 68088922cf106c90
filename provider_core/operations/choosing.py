"""Choosing among offers: the newest of each name, and the one that a request means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..errors import Ambiguous
from ..installed_names import LATEST
from ..model import Package, Query, pin_key
from ..platforms import PlatformSet, nothing_for
from ..references import name_key
from ..versions import Version

__all__ = ["all_of_name", "for_platforms", "in_order", "name_alone", "newest_of_each", "the_one"]


def in_order(packages: Iterable[Package]) -> list[Package]:
    """Return *packages* by name, newest first within a name, labels last."""
    return sorted(packages, key=lambda package: (name_key(package.name), _Reversed(package)))


class _Reversed:
    """Sorts a package before those with a lower version."""

    __slots__ = ("_key",)

    def __init__(self, package: Package) -> None:
        version = Version.parse(package.version)
        self._key = (version.key, version.text)

    def __lt__(self, other: _Reversed) -> bool:
        return self._key > other._key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Reversed) and self._key == other._key


def for_platforms(packages: Iterable[Package], wanted: PlatformSet | None) -> list[Package]:
    """Return those of *packages* that are for a wanted platform, or for none that is known."""
    return [package for package in packages if wanted is None or _is_for(package, wanted)]


def _is_for(package: Package, wanted: PlatformSet) -> bool:
    there = package.platforms or tuple(filter(None, [package.id.platform]))
    return not there or any(map(wanted.wants, there))


def newest_of_each(packages: Iterable[Package], query: Query) -> list[Package]:
    """Return, of each source and name, `latest` and the newest release, once if they are one.

    With ``query.all_versions``, a tag or a digest, everything stays.
    """
    ordered = in_order(packages)
    if query.all_versions or query.tag or query.digest is not None:
        return ordered
    groups: dict[tuple[str, str], list[Package]] = {}
    for package in ordered:
        groups.setdefault((package.id.source, name_key(package.name)), []).append(package)
    return [package for group in groups.values() for package in _heads(group, query)]


def _heads(group: Sequence[Package], query: Query) -> list[Package]:
    newest = _newest(group)
    chosen = [package for package in group if package.version == newest.version]
    if query.versions.is_any and query.variant is None:
        shown = {pin_key(package.pin) for package in chosen}
        latest = [package for package in group if package.version == LATEST]
        chosen += [package for package in latest if pin_key(package.pin) not in shown]
    return chosen


def _newest(group: Sequence[Package]) -> Package:
    """Return the newest release without a variant, else the newest of all, else the first."""
    for plain in (True, False):
        for package in group:
            version = Version.parse(package.version)
            if not version.is_label and not (plain and version.variant):
                return package
    return group[0]


def the_one(
    packages: Sequence[Package],
    query: Query,
    wanted: PlatformSet,
    request: str,
    *,
    strict: bool = False,
) -> Package:
    """Return the package that *request* means: `latest`, else the newest release that fits.

    *packages* all answer the question, and there is at least one.  Where the same version is
    offered for several platforms, the wanted one counts.  Raises Ambiguous; NotSupported if
    none is for a wanted platform and *wanted* is the user's word (*strict*).
    """
    versions = _candidates(packages, query)
    fitting = [package for package in versions if _fits(package, wanted)]
    if strict and not fitting:
        there = (package.id.platform for package in versions)
        raise nothing_for(wanted, filter(None, there), what=request)
    fitting = fitting or versions
    distinct = {(package.version, pin_key(package.pin)): package for package in fitting}
    if len(distinct) > 1:
        raise Ambiguous(
            f"the request {request!r}", sorted(str(package) for package in distinct.values())
        )
    return fitting[0]


def _candidates(packages: Sequence[Package], query: Query) -> list[Package]:
    free = query.versions.is_any and query.variant is None
    labels = [package for package in packages if package.version == LATEST]
    if free and labels and not query.tag and query.digest is None:
        return labels
    ordered = in_order(packages)
    if query.digest is not None:
        return ordered[:1]
    newest = _newest(ordered)
    if Version.parse(newest.version).is_label and not query.tag:
        return ordered
    return [package for package in ordered if package.version == newest.version]


def _fits(package: Package, wanted: PlatformSet) -> bool:
    return package.id.platform is None or wanted.wants(package.id.platform)


def name_alone(query: Query) -> Query:
    """Return the question whether the name is known at all, whatever its versions.

    The newest version is answer enough: a registry need not look at a thousand tags.
    """
    return Query(name=query.name, prereleases=True)


def all_of_name(query: Query) -> Query:
    """Return the question for everything that has the name."""
    return Query(name=query.name, prereleases=True, all_versions=True)
