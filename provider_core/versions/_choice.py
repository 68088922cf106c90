"""Choosing among the versions of one image."""

from __future__ import annotations

from collections.abc import Iterable

from ._version import Version

__all__ = ["floating", "newest"]


def floating(versions: Iterable[Version]) -> frozenset[str]:
    """Return the texts that mean something else tomorrow.

    These are all labels, and every text whose release is the beginning of a longer one of the
    same variant: 1.27 beside 1.27.3, 3.12-slim beside 3.12.1-slim.  A pre-release floats beside
    a longer one of its own kind only (3.13-rc beside 3.13.0-rc.1), a release never beside
    pre-releases alone, and what names its build (17_35-jdk) never.
    """
    known = list(versions)
    beginnings = {
        (version.variant, version.phase, version.release[:size])
        for version in known
        for size in range(1, len(version.release))
    }
    return frozenset(
        version.text
        for version in known
        if version.is_label
        or (not version.build and (version.variant, version.phase, version.release) in beginnings)
    )


def newest(versions: Iterable[Version], *, prereleases: bool = False) -> Version | None:
    """Return the newest version that has an order, None if there is none.

    Pre-releases count only if asked for.  Among equals, the one without a variant comes first,
    then the one with most numbers (1.27.0 before 1.27), then the first.
    """
    candidates = (
        version
        for version in versions
        if not version.is_label and (prereleases or not version.is_prerelease)
    )
    return max(candidates, key=_preference, default=None)


def _preference(version: Version) -> tuple[bytes, bool, int]:
    return version.key, not version.variant, len(version.release)
