"""What a push writes where: images to repositories and tags; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from provider_core.errors import Conflict, NotSupported, UsageError
from provider_core.model import Held
from provider_core.oci import Descriptor

from .name_map import Rule, mapped_name
from .names import is_tag

__all__ = ["Errand", "plan_push"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One image on its way into one repository."""

    held: Held
    root: Descriptor
    """The manifest or index."""
    repository: str
    """Below the destination's prefix."""
    tags: tuple[str, ...]
    """What it is called there; the version first."""


def plan_push(images: Iterable[Held], rules: Sequence[Rule]) -> tuple[Errand, ...]:
    """Return where each of *images* goes, an errand for each repository.

    Raises NotSupported for a local file, UsageError for names that no registry takes, Conflict if
    two images would be the same tag.
    """
    errands: list[Errand] = []
    taken: dict[tuple[str, str], tuple[Descriptor, str]] = {}
    for held in images:
        root = held.content.root
        if not isinstance(root, Descriptor):
            raise NotSupported(
                f"{held.package} is a local file, not an image", hint="convert or install it first"
            )
        places: dict[str, list[str]] = {}
        for name in held.names:
            repository, tag = _place(name, rules)
            other, old = taken.setdefault((repository, tag), (root, name))
            if other.digest != root.digest:
                raise Conflict(
                    f"{old} and {name} would both be pushed as {repository}:{tag}",
                    hint="keep them apart with --map, or push them one after the other",
                )
            places.setdefault(repository, []).append(tag)
        errands += (
            Errand(held=held, root=root, repository=place, tags=tuple(dict.fromkeys(tags)))
            for place, tags in places.items()
        )
    return tuple(errands)


def _place(name: str, rules: Sequence[Rule]) -> tuple[str, str]:
    repository, _, tag = name.rpartition(":")
    if not is_tag(tag):
        raise UsageError(
            f"{tag[:100]!a} cannot be a tag, so {name} cannot be pushed",
            hint="give it another name: `ferry tag`",
            name=name,
        )
    return mapped_name(repository, rules), tag
