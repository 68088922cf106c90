"""Which base a Windows image wants: that of its own build."""

from __future__ import annotations

from dataclasses import replace

from ..model import Package, Query, Requirement
from ..platforms import Platform
from ..references import Name
from ..versions import VersionRange

__all__ = ["of_same_build"]

_BUILD = 3
"""Numbers of os.version that must agree; the fourth is that of an update (10.0.14393.447)."""


def of_same_build(requirement: Requirement, package: Package) -> Requirement | None:
    """Return *requirement* for the versions of *package*'s own build of Windows.

    A base OS image has the version of the system that is in it.  None where the source says
    itself which version it must be, and for what is not built for one build of Windows.
    """
    name = requirement.name
    builds = {_build_of(platform.os_version) for platform in _windows(package)}
    if len(builds) != 1 or Query.of(name) != Query(name=name.name):
        return None
    (build,) = builds
    if not build:
        return None
    return replace(
        requirement, name=Name(name=name.name, versions=VersionRange.parse(f"=={build}.*"))
    )


def _windows(package: Package) -> list[Platform]:
    own = [package.id.platform] if package.id.platform else []
    return [one for one in own or package.platforms if one.os == "windows"]


def _build_of(version: str) -> str:
    """Return ``10.0.14393`` of ``10.0.14393.447``; '' for what is no version of Windows."""
    numbers = version.split(".")
    if len(numbers) < _BUILD or not all(number.isdecimal() for number in numbers):
        return ""
    return ".".join(numbers[:_BUILD])
