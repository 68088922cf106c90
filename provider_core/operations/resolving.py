"""resolve: from a request to the packages it means, and where they come from."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import (
    Ambiguous,
    NoSuchFile,
    NotSupported,
    PackageNotFound,
)
from ..installed_names import LATEST
from ..model import FileMark, Package, Query, Source
from ..references import FilePath, Name, Reference, Uri, parse_reference
from .active_sources import active_sources
from .asking import ask
from .calls import open_call
from .choosing import all_of_name, name_alone, the_one
from .engine_requests import ENGINE_SCHEMES, exported, installed_twin
from .promised_file import no_file, promised_file
from .recognising import providers_for_file, providers_for_folder, providers_for_scheme
from .requests import query_of
from .wanted_platforms import wanted_platforms
from .wishes import Wishes
from .withdrawn import taken_back, why_gone

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["Chosen", "asked", "by_hosts", "decide", "resolve", "takers_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A package that a request means, and its source; None for a file, folder or URL."""

    package: Package
    source: Source | None
    file: FileMark | None = None
    """The file that was hashed for it, None if the user gave no digest (Wishes.sha256)."""


def resolve(resources: Resources, request: str, wishes: Wishes) -> tuple[Chosen, ...]:
    """Return what *request* means: one package for a name, all of those in a file or folder.

    Raises PackageNotFound, Ambiguous, NoSuchFile, NotSupported, Untrusted, DigestMismatch,
    UsageError for a digest of what is no file, and the fault of any source above the one that
    decides.
    """
    reference = parse_reference(request)
    if isinstance(reference, FilePath):
        return _by_path(resources, reference, wishes)
    if wishes.sha256 is not None:
        raise no_file(request)
    if isinstance(reference, Name):
        return (_by_name(resources, reference, request, wishes),)
    if reference.scheme in ENGINE_SCHEMES:
        return _by_engine(resources, reference, wishes)
    return _by_providers(
        resources, reference, providers_for_scheme(resources, reference.scheme), wishes
    )


def _by_engine(resources: Resources, uri: Uri, wishes: Wishes) -> tuple[Chosen, ...]:
    """Return the image of an engine: what is here of it, or the package in its archive."""
    twin = installed_twin(resources, uri, wishes)
    if twin is not None:
        return (Chosen(package=twin.package, source=None),)
    path, wishes = exported(resources, uri, wishes)
    return _by_path(resources, path, wishes)


def _by_name(resources: Resources, name: Name, request: str, wishes: Wishes) -> Chosen:
    if name.has_wildcard:
        raise Ambiguous(
            f"the request {request!r}",
            ["every name that fits"],
            hint="`ferry find` lists them; `ferry find --json … | ferry install -` takes them all,"
            " and so does `ferry save -`",
        )
    query = query_of(name, wishes)
    decided = decide(resources, query, wishes)
    if decided is not None:
        source, packages = decided
        if not packages:
            hint = _latest_hint(name) or why_gone(resources, source, query)
            raise PackageNotFound(request, sources=[source.name], hint=hint)
        wanted, strict = wanted_platforms(resources, wishes), wishes.platforms is not None
        package = the_one(packages, query, wanted, request, strict=strict)
        return Chosen(package=package, source=source)
    found = by_hosts(resources, name, wishes) if not wishes.source else ()
    if found:
        return found[0]
    raise PackageNotFound(request, sources=asked(resources, name.name, wishes))


def asked(resources: Resources, name: str, wishes: Wishes) -> list[str]:
    """Return who was asked for *name*, as people call them: its own registry, or the sources."""
    if not wishes.source and takers_of(resources, name):
        return [name.partition("/")[0]]
    return [source.name for source in active_sources(resources, wishes.source)]


def decide(
    resources: Resources, query: Query, wishes: Wishes
) -> tuple[Source, tuple[Package, ...]] | None:
    """Return the first source that knows the name asked for, and what fits of it; None for nobody.

    Raises Ambiguous if several of one priority know it, and the fault of any source up to there;
    PackageNotFound where one withdrew it.
    """
    sources = active_sources(resources, wishes.source)
    for _, group in groupby(sources, key=lambda source: source.priority):
        deciding = _deciders(resources, list(group), query, wishes)
        if len(deciding) > 1:
            raise Ambiguous(
                f"the name {query.name!r}",
                [source.name for source, _ in deciding],
                hint="say --source, or give the sources different priorities",
            )
        if deciding:
            return deciding[0]
    return None


def _latest_hint(name: Name) -> str:
    """Say how to get a `latest` that a source without one cannot give."""
    if name.tag != LATEST:
        return ""
    return (
        f"that source has no {LATEST!r}; `ferry install {name.name} --tag {LATEST}` installs its"
        " newest release and calls it so"
    )


def _deciders(
    resources: Resources, sources: Sequence[Source], query: Query, wishes: Wishes
) -> list[tuple[Source, tuple[Package, ...]]]:
    """Return the sources of one priority that know the name, with what fits of each."""
    found = []
    for source in sources:
        fitting, is_known = _answer(resources, source, query, wishes)
        if is_known:
            found.append((source, fitting))
        elif (gone := taken_back(resources, source, query)) is not None:
            raise gone
    return found


def _answer(
    resources: Resources, source: Source, query: Query, wishes: Wishes
) -> tuple[tuple[Package, ...], bool]:
    """Return what of *source* fits, and whether it knows the name at all.

    What is on this machine is asked once for all it has of that name; what is beyond, for more
    than what is wanted only if need be.
    """
    if source.is_local and not source.indexed:
        known = ask(resources, source, all_of_name(query), wishes)
        return tuple(filter(query.wants, known)), bool(known)
    fitting = ask(resources, source, query, wishes)
    return fitting, bool(fitting or ask(resources, source, name_alone(query), wishes))


def by_hosts(resources: Resources, name: Name, wishes: Wishes) -> tuple[Chosen, ...]:
    """Return what the providers say that take names with a registry's host in front.

    () for a name without one.  Raises what they raise; Ambiguous if several claim it.
    """
    return _ask_providers(resources, name, takers_of(resources, name.name), wishes)


def takers_of(resources: Resources, name: str) -> list[str]:
    """Return the providers that take *name* for a registry's host in front of it; [] without."""
    host, slash, _ = name.partition("/")
    if not slash or not ("." in host or ":" in host or host == "localhost"):
        return []
    return [loaded.info.name for loaded in resources.plugins.providers() if loaded.info.takes_hosts]


def _by_path(resources: Resources, reference: FilePath, wishes: Wishes) -> tuple[Chosen, ...]:
    path = Path(os.path.expanduser(reference.path))
    if not os.path.exists(path):  # Path.exists raises for a closed folder
        raise NoSuchFile(reference.path)
    file = None if wishes.sha256 is None else promised_file(path, wishes.sha256)
    if path.is_dir():
        names = providers_for_folder(resources, path)
    else:
        names = providers_for_file(resources, path)
    found = _by_providers(resources, FilePath(path=str(path.absolute())), names, wishes)
    return tuple(replace(chosen, file=file) for chosen in found)


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
            resources,
            name,
            place=str(reference),
            platforms=wanted_platforms(resources, wishes),
            options=wishes.options,
            told=wishes.told,
        )
        # A large archive may have to be unpacked to see what is in it.
        signs = call.signs if isinstance(reference, FilePath) else None
        packages = resources.dispatcher.resolve(name, reference, call.context, signs)
        if packages:
            claims[name] = packages
    if len(claims) > 1:
        raise Ambiguous(
            str(reference),
            sorted(claims),
            hint="disable one of these providers: `ferry provider disable NAME`",
        )
    return tuple(
        Chosen(package=package, source=None) for packages in claims.values() for package in packages
    )
