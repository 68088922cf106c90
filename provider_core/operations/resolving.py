"""resolve: from a request to the packages it means, and where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from ..digests import Digest
from ..errors import (
    Ambiguous,
    DigestMismatch,
    NoSuchFile,
    NotSupported,
    PackageNotFound,
    StoreError,
)
from ..model import Package, Query, Source
from ..platforms import Platform, PlatformSet, host_platform
from ..references import FilePath, Name, Reference
from .active_sources import active_sources
from .asking import ask
from .calls import open_call
from .choosing import name_alone, the_one
from .recognising import providers_for_file, providers_for_folder, providers_for_scheme
from .requests import query_of, read_request
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["Chosen", "resolve", "wanted_platforms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A package that a request means, and its source; None for a file, folder or URL."""

    package: Package
    source: Source | None


def wanted_platforms(resources: Resources, wishes: Wishes) -> PlatformSet:
    """Return what the user, else the settings, else this host wants to install."""
    if wishes.platforms is not None:
        return wishes.platforms
    if resources.settings.platforms:
        return PlatformSet.of(*map(Platform.parse, resources.settings.platforms))
    return PlatformSet.of(host_platform())


def resolve(resources: Resources, request: str, wishes: Wishes) -> tuple[Chosen, ...]:
    """Return what *request* means: one package for a name, all of those in a file or folder.

    Raises PackageNotFound, Ambiguous, NoSuchFile, NotSupported, Untrusted, DigestMismatch, and
    the fault of any source above the one that decides.
    """
    reference = read_request(request)
    if isinstance(reference, Name):
        return (_by_name(resources, reference, request, wishes),)
    if isinstance(reference, FilePath):
        return _by_path(resources, reference, wishes)
    return _by_providers(
        resources, reference, providers_for_scheme(resources, reference.scheme), wishes
    )


def _by_name(resources: Resources, name: Name, request: str, wishes: Wishes) -> Chosen:
    if name.has_wildcard:
        raise Ambiguous(
            f"the request {request!r}",
            ["every name that fits"],
            hint="`ferry find` lists them; `ferry find --json … | ferry install -` takes them all",
        )
    query = query_of(name, wishes)
    sources = active_sources(resources, wishes.source)
    for _, group in groupby(sources, key=lambda source: source.priority):
        deciding = _deciders(resources, list(group), query, wishes)
        if len(deciding) > 1:
            raise Ambiguous(
                f"the name {name.name!r}",
                [source.name for source, _ in deciding],
                hint="say --source, or give the sources different priorities",
            )
        if deciding:
            source, packages = deciding[0]
            if not packages:
                raise PackageNotFound(request, sources=[source.name])
            wanted = wanted_platforms(resources, wishes)
            return Chosen(package=the_one(packages, query, wanted, request), source=source)
    found = _by_hosts(resources, name, wishes) if not wishes.source else ()
    if found:
        return found[0]
    raise PackageNotFound(request, sources=[source.name for source in sources])


def _deciders(
    resources: Resources, sources: Sequence[Source], query: Query, wishes: Wishes
) -> list[tuple[Source, tuple[Package, ...]]]:
    """Return the sources of one priority that know the name, with what fits of each."""
    found = []
    for source in sources:
        fitting = ask(resources, source, query, wishes)
        if fitting or ask(resources, source, name_alone(query), wishes):
            found.append((source, fitting))
    return found


def _by_hosts(resources: Resources, name: Name, wishes: Wishes) -> tuple[Chosen, ...]:
    """Ask the providers that take names with a registry's host in front."""
    host, slash, _ = name.name.partition("/")
    if not slash or not ("." in host or ":" in host or host == "localhost"):
        return ()
    takers = [
        loaded.info.name for loaded in resources.plugins.providers() if loaded.info.takes_hosts
    ]
    return _ask_providers(resources, name, takers, wishes)


def _by_path(resources: Resources, reference: FilePath, wishes: Wishes) -> tuple[Chosen, ...]:
    path = Path(reference.path).expanduser()
    if not path.exists():
        raise NoSuchFile(reference.path)
    if path.is_dir():
        names = providers_for_folder(resources, path)
    else:
        if wishes.sha256 is not None:
            _check_sha256(path, wishes.sha256)
        names = providers_for_file(resources, path)
    return _by_providers(resources, FilePath(path=str(path.absolute())), names, wishes)


def _by_providers(
    resources: Resources, reference: Reference, names: Sequence[str], wishes: Wishes
) -> tuple[Chosen, ...]:
    found = _ask_providers(resources, reference, names, wishes)
    if not found:
        what = str(reference)
        raise NotSupported(
            f"no provider can open {what}",
            hint="`ferry provider list` shows which there are and what they open",
            what=what,
        )
    return found


def _ask_providers(
    resources: Resources, reference: Reference, names: Sequence[str], wishes: Wishes
) -> tuple[Chosen, ...]:
    """Return the packages of the one provider that claims *reference*; Ambiguous for several."""
    claims: dict[str, tuple[Package, ...]] = {}
    for name in names:
        call = open_call(
            resources, name, platforms=wanted_platforms(resources, wishes), options=wishes.options
        )
        # A large archive may have to be unpacked to see what is in it.
        signs = call.signs if isinstance(reference, FilePath) else None
        packages = resources.dispatcher.resolve(name, reference, call.context, signs)
        if packages:
            claims[name] = packages
    if len(claims) > 1:
        raise Ambiguous(str(reference), sorted(claims), hint="disable one of these providers")
    return tuple(
        Chosen(package=package, source=None) for packages in claims.values() for package in packages
    )


def _check_sha256(path: Path, expected: Digest) -> None:
    try:
        with path.open("rb") as file:
            actual, _ = Digest.of_stream(file)
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}", hint="") from error
    if actual != expected:
        raise DigestMismatch(expected, actual, what=str(path))
