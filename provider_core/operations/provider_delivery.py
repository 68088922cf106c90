"""Bringing providers into a home, and taking them away: aside first, then one rename."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.version import Version

from ..digests import Digest
from ..disk.durable import sync_folder
from ..disk.failures import disk_errors
from ..disk.folders import remove_folder, sync_tree
from ..errors import Exists, InUse, NotSupported, Offline, StoreError, UnknownProvider
from ..provider_folders import ProviderFolder, provider_folders
from ..wheels.facts import PROVIDER_GROUP, Facts, Wheel
from ..wheels.pip import install_offline
from ..wheels.target import Target
from .provider_wheels import Delivery, checked_wheels, choose, delivery_of, gather_providers
from .results import Delivered

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["install", "remove", "upgrade"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_SCRATCH = "provider-"


def install(
    resources: Resources, name: str, folder: Path | None, hashes: Sequence[Digest]
) -> tuple[Delivered, ...]:
    """Bring the provider *name*, or all of *folder*; see `ProviderVerbs.install_provider`."""
    with _deliveries(resources, name, name, folder, hashes) as (wheels, deliveries):
        return tuple(_bring(resources, one, wheels, replace=False) for one in deliveries)


def upgrade(
    resources: Resources, name: str, folder: Path | None, hashes: Sequence[Digest]
) -> Delivered:
    """Bring a newer *name*; see `ProviderVerbs.upgrade_provider`."""
    there, facts = _of_this_home(resources, name)
    with _deliveries(resources, there.name, facts.name, folder, hashes) as (wheels, (one,)):
        return _bring(resources, one, wheels, replace=True)


def remove(resources: Resources, name: str) -> Delivered:
    """Take *name* away; see `ProviderVerbs.remove_provider`."""
    with resources.home.lock(resources.settings.lock_timeout):
        there, facts = _of_this_home(resources, name)
        users = [
            source.name
            for source in resources.catalog.sources()
            if source.provider in facts.providers
        ]
        if users:
            hint = f"`ferry source remove {users[0]}` first"
            raise InUse(f"the provider {name!r}", [f"the source {one}" for one in users], hint=hint)
        _take_away(resources, (*there.older, there.path))
    return Delivered(name=name, distribution=facts.name, before=facts.version, path=there.path)


# what comes ---------------------------------------------------------------------------------


@contextmanager
def _deliveries(
    resources: Resources, name: str, wanted: str, folder: Path | None, hashes: Sequence[Digest]
) -> Iterator[tuple[Path, tuple[Delivery, ...]]]:
    """Give the folder with the wheels, fetched for the block if there is none, and what is meant.

    *wanted* is what an index is asked for.
    """
    if folder is not None:
        wheels = checked_wheels(folder, hashes, fetched=False)
        yield folder, _needed(resources, choose(wheels, name), wheels)
        return
    if resources.settings.offline:
        raise Offline(f"fetching the provider {name!r}")
    with tempfile.TemporaryDirectory(dir=resources.home.folder("spool")) as scratch:
        fetched = Path(scratch) / "wheels"
        wheels = gather_providers((wanted,), fetched, Target.of(), resources.cancel)
        meant = choose(wheels, Requirement(wanted).name)
        yield fetched, _needed(resources, meant, checked_wheels(fetched, hashes, fetched=True))


def _needed(
    resources: Resources, meant: Sequence[Wheel], wheels: Sequence[Wheel]
) -> tuple[Delivery, ...]:
    """Find what each of *meant* needs beside ferry; other providers of this home do not count."""
    home = str(resources.home.providers)
    path = [folder for folder in sys.path if not folder.startswith(home)]
    return tuple(delivery_of(wheel, wheels, path) for wheel in meant)


# where it goes ------------------------------------------------------------------------------


def _bring(resources: Resources, delivery: Delivery, wheels: Path, *, replace: bool) -> Delivered:
    """Install one provider, unless that very version or, upgrading, a newer one is there."""
    facts = delivery.wheel.facts
    name = _folder_name(facts)
    _refuse_others(resources, facts)
    with resources.home.lock(resources.settings.lock_timeout):
        there = _there(resources, name)
        before = _facts_in(there.path).version if there.number or there.path.exists() else ""
        kept = Delivered(
            name=name, distribution=facts.name, version=before, before=before, path=there.path
        )
        if before == facts.version or (before and replace and _is_older(facts.version, before)):
            return kept
        if before and not replace:
            hint = f"`ferry provider upgrade {name}`"
            raise Exists(f"the provider {name!r}, version {before},", hint=hint)
        _lay(resources, delivery, wheels, there.next())
        if before:
            _take_away(resources, (*there.older, there.path))
    return Delivered(
        name=name,
        distribution=facts.name,
        version=facts.version,
        before=before,
        path=there.next(),
    )


def _lay(resources: Resources, delivery: Delivery, wheels: Path, place: Path) -> None:
    """Install the wheels of *delivery* aside, flush them, and give their folder its name."""
    resources.home.folder(resources.home.providers.name)
    spool = resources.home.folder("spool")
    with disk_errors(place):
        for left in spool.glob(f"{_SCRATCH}*"):  # of a command that was killed
            remove_folder(left)
        aside = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=spool))
        try:
            listed = "".join(f"{wheel.requirement}\n" for wheel in delivery.parts)
            install_offline(listed, wheels, aside / place.name, resources.cancel)
            sync_tree(aside / place.name)
            (aside / place.name).chmod(0o700)
            (aside / place.name).rename(place)
            sync_folder(place.parent)
        finally:
            remove_folder(aside)


def _take_away(resources: Resources, folders: Sequence[Path]) -> None:
    """Remove folders, which nobody looks into from their first change on."""
    spool = resources.home.folder("spool")
    for folder in folders:
        with disk_errors(folder):
            aside = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=spool))
            folder.rename(aside / folder.name)
            sync_folder(folder.parent)
            remove_folder(aside)


def _folder_name(facts: Facts) -> str:
    name = facts.providers[0]
    if not _NAME.fullmatch(name):
        raise NotSupported(
            f"{facts.name} calls its provider {name!r}, which no folder can be called",
            hint="tell its author: lower-case letters, digits and hyphens",
            name=name,
        )
    return name


def _refuse_others(resources: Resources, facts: Facts) -> None:
    """Raise Exists if a provider of *facts* is called as one that comes from elsewhere."""
    home = str(resources.home.providers)
    for one in resources.plugins.candidates():
        if one.name in facts.providers and not one.policy and not one.location.startswith(home):
            hint = f"`ferry provider show {one.name}`; two cannot have one name"
            raise Exists(f"a provider {one.name!r} ({one.origin})", hint=hint)


def _there(resources: Resources, name: str) -> ProviderFolder:
    """Return the folder of *name*, which need not exist."""
    folder = resources.home.providers
    for one in _folders(resources):
        if one.name == name:
            return one
    return ProviderFolder(name=name, number=0, path=folder / name)


def _of_this_home(resources: Resources, name: str) -> tuple[ProviderFolder, Facts]:
    """Return where this home has the provider *name*, and what its distribution says.

    Raises NotSupported if it comes from elsewhere, UnknownProvider.
    """
    for one in _folders(resources):
        facts = _facts_in(one.path)
        if name == one.name or name in facts.providers:
            return one, facts
    for candidate in resources.plugins.candidates():
        if candidate.name == name:
            raise NotSupported(
                f"the provider {name!r} comes with {candidate.origin}, not from this home",
                hint=f"`ferry provider disable {name}` goes on without it",
                name=name,
            )
    raise UnknownProvider(name, [one.name for one in resources.plugins.candidates()])


def _folders(resources: Resources) -> tuple[ProviderFolder, ...]:
    with disk_errors(resources.home.providers):
        return provider_folders(resources.home.providers)


def _facts_in(folder: Path) -> Facts:
    """Return what the distribution with a provider in *folder* says; StoreError without one."""
    for distribution in distributions(path=[str(folder)]):
        if distribution.entry_points.select(group=PROVIDER_GROUP):
            return Facts.of(distribution)
    raise StoreError(
        f"there is no provider in {folder}", hint=f"remove that folder: {folder}", path=str(folder)
    )


def _is_older(version: str, than: str) -> bool:
    return Version(version) < Version(than)
