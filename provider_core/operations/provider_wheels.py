"""Which wheels a provider comes as: gathered, found in a folder, held against hashes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from packaging.utils import canonicalize_name

from ..cancel import CancelToken
from ..digests import Digest
from ..errors import DigestMismatch, IntegrityError, NotFoundError, NotSupported, Untrusted
from ..wheels.closure import closure
from ..wheels.facts import Facts, Wheel, wheels_in
from ..wheels.gathering import gather, put_in_place
from ..wheels.origin import OWN
from ..wheels.sums import SUMS, check_sums, sums_of
from ..wheels.target import Target

__all__ = [
    "Delivery",
    "checked_wheels",
    "choose",
    "delivery_of",
    "gather_providers",
    "save_providers",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A provider as it comes: its own wheel, and those of what it requires beside ferry."""

    wheel: Wheel
    parts: tuple[Wheel, ...]
    """All of them, its own too."""


def save_providers(
    names: Sequence[str], folder: Path, target: Target, cancel: CancelToken
) -> tuple[Wheel, ...]:
    """Write the wheels of providers to *folder*, without those that ferry brings; with hashes.

    Raises Exists, NotFoundError for what is no provider, and what fetching and building raise.
    """
    with put_in_place(folder) as beside:
        wheels = gather_providers(names, beside / "wheels", target, cancel)
        for wheel in wheels:
            wheel.path.rename(beside / wheel.path.name)
        (beside / "wheels").rmdir()
        choose(wheels, "")
        (beside / SUMS).write_text(sums_of(beside), encoding="utf-8", newline="\n")
    return wheels


def gather_providers(
    names: Sequence[str], folder: Path, target: Target, cancel: CancelToken
) -> tuple[Wheel, ...]:
    """Bring the wheels of providers into *folder*, without those that ferry itself requires."""
    wheels = gather(folder, (OWN, *names), target, cancel)
    known = {wheel.facts.name: wheel.facts for wheel in wheels}
    own = closure((OWN,), known, target.environment()).names
    for wheel in wheels:
        if wheel.facts.name in own:
            wheel.path.unlink()
    return tuple(wheel for wheel in wheels if wheel.facts.name not in own)


def checked_wheels(folder: Path, hashes: Iterable[Digest], *, fetched: bool) -> tuple[Wheel, ...]:
    """Return the wheels of *folder*, each of which has the hash that it should have.

    That is what the folder's SHA256SUMS says, or, if the wheels were *fetched*, one of *hashes*;
    where any are given, they count for wheels in folders too.  Raises Untrusted if nobody said
    what wheels that were fetched should be, NoSuchFile without SHA256SUMS, IntegrityError.
    """
    listed = {} if fetched else check_sums(folder)
    wheels, allowed = wheels_in(folder), frozenset(hashes)
    if fetched and not allowed:
        told = " ".join(f"--hash {wheel.digest}" for wheel in wheels)
        raise Untrusted(
            "nobody said which hashes the provider's wheels should have",
            hint=f"ask its author whether they are these, and say so: {told}",
            hashes=[str(wheel.digest) for wheel in wheels],
        )
    for wheel in wheels:
        expected = listed.get(wheel.path.name, wheel.digest)
        if wheel.digest != expected:
            raise DigestMismatch(expected, wheel.digest, what=str(wheel.path))
        if allowed and wheel.digest not in allowed:
            raise IntegrityError(
                f"{wheel.path.name} has the hash {wheel.digest}, which is none of those given",
                hint="`ferry provider save` prints the hashes; give one for each wheel",
                digest=str(wheel.digest),
            )
    return wheels


def choose(wheels: Sequence[Wheel], name: str) -> tuple[Wheel, ...]:
    """Return those of *wheels* that have providers: that called *name*, or all of them for ''.

    Raises NotFoundError if there is none.
    """
    meant = tuple(wheel for wheel in wheels if wheel.facts.providers and _is(wheel.facts, name))
    if not meant:
        what = f"a provider {name!r}" if name else "a provider"
        files = ", ".join(wheel.path.name for wheel in wheels) or "there are none"
        raise NotFoundError(
            f"none of the wheels has {what}: {files}",
            hint="a provider has an entry point in the group provider_core.providers",
            name=name,
        )
    return meant


def delivery_of(wheel: Wheel, wheels: Sequence[Wheel], path: Sequence[str]) -> Delivery:
    """Find which of *wheels* the provider in *wheel* needs beside what *path* has.

    *path* are the folders that ferry is imported from.  Raises NotSupported if both together
    are not enough.
    """
    here = _installed(path)
    environment = Target.of().environment()
    known = {**{one.facts.name: one.facts for one in wheels}, **here}
    needed = closure((wheel.facts.name,), {**known, wheel.facts.name: wheel.facts}, environment)
    if needed.missing:
        raise NotSupported(
            f"{wheel.facts.name} {wheel.facts.version} needs what is neither with it nor here: "
            f"{', '.join(needed.missing)}",
            hint="upgrade ferry (a kit of `ferry kit` does), or save the provider for this ferry",
            missing=needed.missing,
        )
    own = closure((OWN,), here, environment).names
    parts = (one for one in wheels if one.facts.name in needed.names - own)
    return Delivery(wheel=wheel, parts=tuple(parts))


def _is(facts: Facts, name: str) -> bool:
    return not name or name in facts.providers or canonicalize_name(name) == facts.name


def _installed(path: Sequence[str]) -> dict[str, Facts]:
    """Return what is found in the folders *path*, the first of each name."""
    found: dict[str, Facts] = {}
    for distribution in distributions(path=list(path)):
        facts = Facts.of(distribution)
        found.setdefault(facts.name, facts)
    return found
