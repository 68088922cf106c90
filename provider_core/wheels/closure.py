"""Whether a set of distributions is whole: pure, over what each says that it requires."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from ..errors import DocumentError
from .facts import Facts

__all__ = ["Closure", "closure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """What some distributions need, all in all."""

    names: frozenset[str]
    """The distributions that are needed and known, the first ones too."""
    missing: tuple[str, ...]
    """What is needed and not known in a version that will do: 'requests>=3 (acme)'."""


def closure(
    roots: Iterable[str], known: Mapping[str, Facts], environment: Mapping[str, str]
) -> Closure:
    """Follow the requirements of *roots* ('imageferry[yaml]') through *known*, by name.

    *environment* are the values of the markers.  Raises DocumentError for a requirement that
    cannot be read.
    """
    waiting = [(root, "") for root in roots]
    seen: set[tuple[str, frozenset[str]]] = set()
    missing: list[str] = []
    while waiting:
        text, wanted_by = waiting.pop()
        requirement = _parse(text, wanted_by)
        facts = known.get(canonicalize_name(requirement.name))
        if facts is None or not requirement.specifier.contains(facts.version, prereleases=True):
            missing.append(
                f"{requirement.name}{requirement.specifier} ({wanted_by or 'asked for'})"
            )
            continue
        extras = frozenset(map(canonicalize_name, requirement.extras))
        if (facts.name, extras) not in seen:
            seen.add((facts.name, extras))
            waiting.extend((text, facts.name) for text in _applying(facts, extras, environment))
    return Closure(names=frozenset(name for name, _ in seen), missing=tuple(dict.fromkeys(missing)))


def _applying(
    facts: Facts, extras: frozenset[str], environment: Mapping[str, str]
) -> Iterable[str]:
    """Yield what *facts* requires there, with *extras*."""
    for text in facts.requires:
        marker = _parse(text, facts.name).marker
        places = [{**environment, "extra": extra} for extra in ("", *sorted(extras))]
        if marker is None or any(marker.evaluate(place) for place in places):
            yield text


def _parse(text: str, wanted_by: str) -> Requirement:
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        raise DocumentError(str(error), what=f"the requirements of {wanted_by or text}") from error
