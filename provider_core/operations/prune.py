"""prune: uninstall what the rules do not keep and nobody needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from ..model import ImageKey, Installed, Tag
from ..parents import Family
from .obstacles import Obstacle, obstacles, users_of
from .pruning import PruneRules, candidates
from .results import PruneResult
from .uninstall import remove

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["prune"]


def prune(
    resources: Resources,
    rules: PruneRules,
    *,
    dry_run: bool = False,
    ignore_engines: Collection[str] = (),
) -> PruneResult:
    """Remove, in one revision, what *rules* let go and no hold, tag, image or container needs.

    A dependent that goes as well is in nobody's way.  Raises what `uninstall` raises.
    """
    images = resources.catalog.installed()
    tags = resources.catalog.tags()
    going = candidates(images, rules, resources.clock())
    users = users_of(resources, going, ignore_engines)
    family, holds = Family(images, tags), resources.catalog.holds()
    kept: dict[ImageKey, tuple[str, ...]] = {}
    while stay := _staying(going, obstacles(going, family, holds, users), tags):
        kept |= stay  # and with each that stays, what it needs
        going = tuple(image for image in going if image.key not in stay)
    removals = remove(resources, going, users, dry_run=dry_run) if going else ()
    known = {image.key: image for image in images}
    return PruneResult(
        removals=removals, kept=tuple((known[key], reasons) for key, reasons in kept.items())
    )


def _staying(
    going: Sequence[Installed],
    found: Mapping[ImageKey, Sequence[Obstacle]],
    tags: Sequence[Tag],
) -> dict[ImageKey, tuple[str, ...]]:
    """Return those of *going* that something needs, or that the user gave a name of their own."""
    reasons = {
        image.key: (
            *(obstacle.by for obstacle in found.get(image.key, ())),
            *(f"the tag {tag.name}:{tag.tag}" for tag in tags if tag.image == image.key),
        )
        for image in going
    }
    return {key: why for key, why in reasons.items() if why}
