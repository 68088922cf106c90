"""Sources: which there are, in which order, and adding, changing and removing them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..errors import Exists, NotSupported, UnknownSource, UsageError
from ..model import Feature, OptionSpec, Source, Trust, Verb
from ..references import FilePath, Uri, name_key, parse_reference
from .active_sources import active_sources
from .calls import open_call
from .options import check_known, check_options, typed_options
from .publishing import recorded
from .recognising import providers_for_folder, providers_for_scheme
from .refresh import refresh_source
from .results import SourceRow
from .signed import SIGNATURE_OPTION, kept_keys

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["add_source", "remove_source", "set_source", "source_rows"]

FIRST_PRIORITY = 50
STEP = 10

Given = str | Sequence[str]
"""What the user gave for an option: one text, or several for one that may be repeated."""
_NOTHING = ("", ("",), [""])
"""What takes an option away."""


def source_rows(resources: Resources) -> tuple[SourceRow, ...]:
    """Return a row for each source, with how many offers of it are known."""
    own = {source.name for source in resources.catalog.sources()}
    rows = []
    for source in active_sources(resources):
        state = resources.offers.state(source.name)
        rows.append(
            SourceRow(
                source=source,
                builtin=source.name not in own,
                offers=state.count if state else None,
                refreshed=state.refreshed if state else "",
                until=state.until if state else "",
                facts=state.facts if state else {},
            )
        )
    return tuple(rows)


def add_source(
    resources: Resources,
    name: str,
    location: str,
    provider: str,
    priority: int | None,
    options: Mapping[str, Given],
    force: bool,
) -> Source:
    """Register a source after its provider agreed; an indexed one is refreshed first."""
    _check_name(name)
    old = _own(resources, name)
    if old is not None and not force:
        raise Exists(f"the source {name!r}", hint="`ferry source set` changes it, --force replaces")
    location, provider = _recognise(resources, location, provider)
    source = Source(
        name=name,
        provider=provider,
        location=location,
        priority=_next_priority(resources) if priority is None else priority,
    )
    return _keep(resources, "source add", source, options, old)


def set_source(
    resources: Resources,
    name: str,
    location: str,
    priority: int | None,
    options: Mapping[str, Given],
) -> Source:
    """Change a source after its provider agreed; a built-in one is registered with the change.

    An option whose value is empty is taken away, also one that the provider no longer knows.
    """
    old = _own(resources, name) or _built_in(resources, name)
    if old is None:
        raise UnknownSource(name, [source.name for source in resources.catalog.sources()])
    specs = _specs(resources, old.provider)
    check_known(specs, options.keys() - old.options, Verb.SOURCE, old.provider)
    changed = replace(
        old,
        location=_recognise(resources, location, old.provider)[0] if location else old.location,
        priority=old.priority if priority is None else priority,
    )
    kept = {name: it for name, it in {**old.options, **options}.items() if it not in _NOTHING}
    return _keep(resources, "source set", changed, kept, old)


def remove_source(resources: Resources, name: str) -> Source:
    """Forget a source and its offers."""
    old = _own(resources, name)
    if old is None:
        raise UnknownSource(name, [source.name for source in resources.catalog.sources()])
    with recorded(resources, "source remove") as change:
        change.remove_source(old.name)
    resources.offers.forget(old.name)
    return old


def _keep(
    resources: Resources,
    operation: str,
    source: Source,
    options: Mapping[str, Given],
    old: Source | None,
) -> Source:
    loaded = resources.plugins.get(source.provider)
    specs = _specs(resources, source.provider)
    check_options(specs, options, Verb.SOURCE, source.provider)
    typed = _with_keys(typed_options(specs, options, Verb.SOURCE))
    resources.networks.check(source.location, typed)
    # Paths were made absolute: options are read wherever ferry runs next.
    source = replace(source, options={name: _as_text(value) for name, value in typed.items()})
    call = open_call(resources, source.provider, source)
    checked = resources.dispatcher.check_source(source.provider, source, call.context)
    checked = replace(checked, name=source.name, indexed=Feature.REFRESH in loaded.info.features)
    # What another place offered is not offered here.
    is_moved = old is not None and _place(old) != _place(checked)
    may_be_asked = checked.is_local or not resources.settings.offline
    if checked.indexed and checked.trust is not Trust.UNTRUSTED and may_be_asked:
        refresh_source(resources, checked, anew=is_moved)
    elif is_moved:
        resources.offers.forget(checked.name)
    with recorded(resources, operation) as change:
        change.put_source(checked)
    return checked


def _specs(resources: Resources, provider: str) -> tuple[OptionSpec, ...]:
    return (*resources.plugins.get(provider).options, SIGNATURE_OPTION)


def _with_keys(options: dict[str, Any]) -> dict[str, Any]:
    """Return *options* with the keys that must sign as they are kept; without them if none."""
    keys = kept_keys(options.pop(SIGNATURE_OPTION.name, ()))
    return {**options, SIGNATURE_OPTION.name: keys} if keys else options


def _place(source: Source) -> tuple[str, str, Trust]:
    """Return what makes a source's offers its own; what nobody vouched for is not verified now."""
    return source.provider, source.location, source.trust


def _as_text(value: object) -> str:
    if isinstance(value, tuple):
        return "\n".join(map(_as_text, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _own(resources: Resources, name: str) -> Source | None:
    return next(
        (
            source
            for source in resources.catalog.sources()
            if name_key(source.name) == name_key(name)
        ),
        None,
    )


def _built_in(resources: Resources, name: str) -> Source | None:
    """Return the built-in source *name*, unless it goes with the first that the user adds."""
    return next(
        (
            source
            for source in resources.builtin_sources
            if name_key(source.name) == name_key(name) and not source.fallback
        ),
        None,
    )


def _next_priority(resources: Resources) -> int:
    taken = [source.priority for source in resources.catalog.sources()]
    return min((FIRST_PRIORITY + STEP, *taken)) - STEP


def _check_name(name: str) -> None:
    fine = name and len(name) <= 64 and all(sign.isalnum() or sign in "._-" for sign in name)
    if not fine or not name[0].isalnum():
        raise UsageError(
            f"{name!r} cannot be a source's name",
            hint="use at most 64 letters, digits, '.', '_' and '-'",
        )


def _recognise(resources: Resources, location: str, provider: str) -> tuple[str, str]:
    """Return the location made absolute, and the provider that reaches it."""
    reference = parse_reference(location)
    if isinstance(reference, Uri) and reference.scheme == "file":
        reference = FilePath(path=_path_of(location))
    if isinstance(reference, Uri):
        candidates = providers_for_scheme(resources, reference.scheme)
    else:
        path = Path(reference.path if isinstance(reference, FilePath) else location)
        path = Path(os.path.expanduser(path)).absolute()
        location = str(path)
        candidates = () if provider else providers_for_folder(resources, path)
    if provider:
        return location, provider
    if not candidates:
        raise NotSupported(
            f"no provider recognises {location}",
            hint="name one with --provider; `ferry provider list` shows them",
            location=location,
        )
    return location, candidates[0]


def _path_of(location: str) -> str:
    """Return the path that the file URL *location* (RFC 8089) names on this host."""
    from urllib.request import url2pathname

    parts = urlsplit(location)
    if parts.netloc not in ("", "localhost"):
        raise UsageError(
            f"{location} is a file of another host",
            hint="mount it here and name its path",
            location=location,
        )
    return url2pathname(parts.path)
