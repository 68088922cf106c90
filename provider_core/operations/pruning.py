"""Which images a prune may take, by version and age alone: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..errors import UsageError
from ..model import Installed
from ..versions import Version, floating

__all__ = ["PruneRules", "candidates"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneRules:
    """What a prune leaves alone; UsageError if that is nothing."""

    keep_newest: int | None = None
    """The newest so many releases of each name and variant, and whatever floats (`latest`, 1.27
    beside 1.27.3), which has no order; None for no such rule."""
    older_than: float | None = None
    """What was installed within so many seconds; None for no such rule."""

    def __post_init__(self) -> None:
        if self.keep_newest is None and self.older_than is None:
            raise UsageError(
                "a prune without a rule would take every image",
                hint="say what stays: --keep newest:3, --older-than 90d, or both",
            )


def candidates(
    images: Sequence[Installed], rules: PruneRules, now: datetime
) -> tuple[Installed, ...]:
    """Return those of *images* that no rule keeps, in their order."""
    kept = {image.key for image in _newest(images, rules.keep_newest)}
    return tuple(
        image for image in images if image.key not in kept and _is_old(image, rules.older_than, now)
    )


def _newest(images: Sequence[Installed], count: int | None) -> list[Installed]:
    """Return what the rule of the newest keeps; platforms of one version count once."""
    if count is None:
        return []
    groups: dict[tuple[str, str], dict[Version, list[Installed]]] = {}
    for image in images:
        version = Version.parse(image.version)
        group = groups.setdefault((image.key.name, version.variant), {})
        group.setdefault(version, []).append(image)
    kept: list[Installed] = []
    for group in groups.values():
        floats = floating(group)
        releases = [version for version in group if version.text not in floats]
        newest = sorted(releases, key=lambda version: version.key, reverse=True)[:count]
        for version, images_of_it in group.items():
            if version in newest or version.text in floats:
                kept += images_of_it
    return kept


def _is_old(image: Installed, seconds: float | None, now: datetime) -> bool:
    """Whether *image* was installed more than *seconds* ago; not if nobody knows when."""
    if seconds is None:
        return True
    try:
        installed = datetime.fromisoformat(image.installed_at)
    except ValueError:
        return False
    if installed.tzinfo is None:
        installed = installed.replace(tzinfo=UTC)
    return now - installed > timedelta(seconds=seconds)
