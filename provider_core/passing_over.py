"""Sources of many files: what is damaged in one hides none of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from .context import Context
from .errors import Error
from .model import Package

__all__ = ["packages_of_each"]


def packages_of_each(
    places: Iterable[Path],
    packages_of: Callable[[Path], Iterable[Package]],
    context: Context,
    *,
    damage: tuple[type[Error], ...],
) -> Iterator[Package]:
    """Yield the packages that are wanted of each of *places*, as *packages_of* lists them.

    A place for which it raises one of *damage* is passed over, and told, unless no other has
    anything that is wanted: then it may be in that one, whose error is raised.
    """
    failures: list[Error] = []
    found = False
    for place in places:
        try:
            packages = tuple(packages_of(place))
        except damage as error:
            failures.append(error)
            continue
        found = found or bool(packages)
        yield from packages
    if failures and not found:
        raise failures[0]
    for failure in failures:
        context.progress.notice(f"passed over: {failure.message}")
