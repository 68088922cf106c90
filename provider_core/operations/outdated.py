"""outdated and upgrade: what sources have that is newer than what is installed, and bringing it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import BadRange, Error, NotFoundError, NotInstalled, UnknownSource, worst
from ..model import Installed, Package, Plan, Query, Source, same_pin
from ..references import Name, name_key
from ..versions import Version, VersionRange, floating
from .install import carry_out
from .planning import Planner
from .requests import name_reference, query_of
from .resolving import Chosen, takers_of
from .results import InstallResult
from .versions_there import numbered, versions_there
from .wanted_platforms import wanted_platforms
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["Newer", "Outdated", "outdated", "plan_upgrade", "upgrade"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newer:
    """An installed image, and what its source has in its place."""

    image: Installed
    package: Package
    """The newest release of its variant; for a label, what it means now."""
    source: Source | None
    """None for a full reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """What could be newer, and what could not be asked."""

    rows: tuple[Newer, ...]
    faults: tuple[Error, ...] = ()
    unknown: tuple[Installed, ...] = ()
    """Images that came from no source that could be asked: files, sources that are gone."""


def outdated(resources: Resources, requests: Sequence[str], wishes: Wishes) -> Outdated:
    """Compare installed images with what their own source has.

    Of several versions of a name and variant the newest counts.  A request is a name or pattern,
    and may have a range that the newer version must be in.  Raises NotInstalled, UsageError; the
    worst fault with ``wishes.strict``, and when nobody could be asked.
    """
    rows: list[Newer] = []
    faults: list[Error] = []
    unknown: list[Installed] = []
    for image, query in _asked_about(resources, requests, wishes):
        try:
            newer = _newer(resources, image, query, wishes)
        except (NotFoundError, UnknownSource):
            unknown.append(image)
        except Error as error:
            faults.append(error)
        else:
            rows += [newer] if newer else []
    if faults and (wishes.strict or not rows):
        raise worst(faults)
    return Outdated(rows=tuple(rows), faults=tuple(faults), unknown=tuple(unknown))


def plan_upgrade(resources: Resources, requests: Sequence[str], wishes: Wishes) -> Plan:
    """Return what `upgrade` would do, and do nothing."""
    return _planner(resources, requests, wishes, is_shown=True).plan()


def upgrade(resources: Resources, requests: Sequence[str], wishes: Wishes) -> InstallResult:
    """Install what is newer beside what is there; a label means the newer content afterwards.

    Raises as `outdated` and `install` do; without ``wishes.keep_going`` any fault ends it before
    anything is brought.
    """
    return carry_out(resources, _planner(resources, requests, wishes))


def _planner(
    resources: Resources, requests: Sequence[str], wishes: Wishes, *, is_shown: bool = False
) -> Planner:
    found = outdated(resources, requests, wishes)
    if found.faults and not wishes.keep_going:
        raise worst(list(found.faults))
    planner = Planner(resources, wishes, wanted_platforms(resources, wishes))
    planner.is_shown = is_shown
    planner.failed += [(_source_of(fault), fault) for fault in found.faults]
    for row in found.rows:
        reason = f"upgrade of {row.image.name} {row.image.version}"
        planner.add_chosen(Chosen(package=row.package, source=row.source), reason)
    return planner


def _source_of(fault: Error) -> str:
    return str(fault.fields.get("source") or fault.fields.get("url") or fault.provider)


def _asked_about(
    resources: Resources, requests: Sequence[str], wishes: Wishes
) -> Iterable[tuple[Installed, Query]]:
    """Yield the newest image of each source, name and variant, and the range it is to stay in."""
    names = [name_reference(text) for text in requests] or [Name(name="*")]
    installed = resources.catalog.installed()
    for name in names:
        query = query_of(name, wishes)
        fitting = [image for image in installed if _is_meant(image, query)]
        if requests and not fitting:
            raise NotInstalled(str(name))
        yield from ((image, query) for image in _heads(fitting))


def _is_meant(image: Installed, query: Query) -> bool:
    """Whether *image* is of the name, the tag and the variant that *query* has; not the range."""
    if not query.wants_name(image.name) or query.tag not in ("", image.version):
        return False
    return query.variant in (None, Version.parse(image.version).variant)


def _heads(images: Iterable[Installed]) -> list[Installed]:
    heads: dict[tuple[str, ...], Installed] = {}
    for image in images:
        version = Version.parse(image.version)
        kind = image.version if _moves(version) else version.variant
        platform = str(image.package.id.platform or "")
        key = (image.package.id.source, name_key(image.name), kind, platform)
        best = heads.get(key)
        if best is None or Version.parse(best.version) < version:
            heads[key] = image
    return list(heads.values())


def _newer(resources: Resources, image: Installed, query: Query, wishes: Wishes) -> Newer | None:
    """Return what is newer than *image*; NotFoundError if there is nobody to ask."""
    source = image.package.id.source
    if not source and not takers_of(resources, image.name):
        raise NotInstalled(image.name)
    version = Version.parse(image.version)
    if _moves(version):
        if not query.versions.is_any:  # nobody knows whether it is in there
            return None
        question = Query(name=image.name, tag=image.version)
    else:
        versions = _from(version, query.versions)
        if versions is None:
            return None
        question = Query(
            name=image.name,
            versions=versions,
            variant=version.variant,
            prereleases=query.prereleases or version.is_prerelease,
        )
    found = versions_there(resources, question, replace(wishes, source=wishes.source or source))
    platform = image.package.id.platform
    fitting = [one for one in found if one.package.id.platform in (platform, None)]
    if not _moves(version):
        fitting = numbered(fitting)
    best = fitting[0] if fitting else None
    if best is None or not _is_newer(best.package, image, version):
        return None
    return Newer(image=image, package=best.package, source=best.source)


def _from(version: Version, versions: VersionRange) -> VersionRange | None:
    """Return what of *versions* is not below *version*; None if that is nothing.

    A registry is asked for each version that fits, so older ones must not.
    """
    release = version.text.removesuffix(f"-{version.variant}")
    try:
        return versions.intersect(VersionRange.between(release))
    except BadRange:
        return None


def _is_newer(package: Package, image: Installed, version: Version) -> bool:
    if _moves(version):
        return not any(
            same_pin(package.pin, pin) for pin in (image.package.pin, image.content.root)
        )
    return version < Version.parse(package.version)


def _moves(version: Version) -> bool:
    """Whether the version is a label, which means something else now and then."""
    return version.text in floating([version])
