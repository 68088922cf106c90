"""Which image of a file is meant, and which belongs to another one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from provider_core.errors import Ambiguous, PackageNotFound

from .tree import WimImage

__all__ = ["candidates", "choose", "utility_of"]

_UTILITY: Final = "UtilityVM"


def utility_of(images: Sequence[WimImage], image: WimImage) -> WimImage | None:
    """Return the image that Hyper-V isolation starts, if *image* has one beside it.

    That is the second one where it is called UtilityVM, as in Microsoft's files (moby, PR 21975).
    """
    if image.index != 1:
        return None
    return next((one for one in images if one.index == 2 and one.name == _UTILITY), None)


def candidates(images: Sequence[WimImage]) -> tuple[WimImage, ...]:
    """Return the images that can be installed: all but one that only belongs to another."""
    parts = {part.index for one in images if (part := utility_of(images, one)) is not None}
    return tuple(one for one in images if one.index not in parts)


def choose(
    images: Sequence[WimImage], *, index: int | None, name: str, what: str, is_named: bool = True
) -> WimImage:
    """Return the image with this number, else with this name, else the only one.

    A name that none of them has does not choose: it is what the one image shall be called.
    Where a package is asked for, *is_named* is False: --name is for files that are named.
    Raises PackageNotFound for a number that is not there, Ambiguous if several are left.
    """
    if index is not None:
        found = [one for one in images if one.index == index]
        if not found:
            raise PackageNotFound(f"image {index} in {what}", hint=_listed(images))
        return found[0]
    possible = candidates(images)
    named = [one for one in possible if name and one.name.casefold() == name.casefold()]
    if len(named or possible) != 1:
        way = "--index NUMBER, or --name NAME" if is_named else "--index NUMBER"
        none = f"none is called {name!r}; " if name and not named else ""
        raise Ambiguous(
            what,
            [f"{one.index}: {one.name} {one.version}".rstrip() for one in named or possible],
            hint=f"{none}say which: {way}",
        )
    return (named or list(possible))[0]


def _listed(images: Sequence[WimImage]) -> str:
    return "it has: " + ", ".join(f"{one.index} ({one.name or 'no name'})" for one in images)
