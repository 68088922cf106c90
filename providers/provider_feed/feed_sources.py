"""A feed as a source: which root it is known by is kept with it, and makes it trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from feed_format import fingerprint_of, parse_fingerprint, show_fingerprint
from feed_format.paths import role_file
from feed_format.root_chain import ROOT_LIMIT
from provider_core.context import Context
from provider_core.errors import NoSuchFile, NotFoundError, NotSupported
from provider_core.model import Source, Trust

from .feed_folders import feed_folders, folder_of
from .known_root import KnownRoot
from .lasting import accepted_expired
from .places import place_of

__all__ = ["checked_source"]

_ROOT_OPTIONS = ("root", "fingerprint", "root-version")


def checked_source(source: Source, context: Context) -> Source:
    """Return *source* as it is kept: a root file becomes its fingerprint, trust follows from it.

    A feed that no root is pinned of is taken as untrusted, and its fingerprint is told, to be
    compared with the publisher's.

    Raises NoSuchFile and NotSupported if there is no feed, UsageError, DocumentError,
    SignatureError for a root that is none, TransportError.
    """
    _check_place(source)
    accepted_expired(context.options)
    known = KnownRoot.from_options(_told(source, context))
    kept = {name: text for name, text in source.options.items() if name not in _ROOT_OPTIONS}
    if known is None:
        _tell_fingerprint(source, context)
        return replace(source, trust=Trust.UNTRUSTED, options=kept)
    return replace(source, trust=Trust.VERIFIED, options={**kept, **known.as_options()})


def _told(source: Source, context: Context) -> Mapping[str, Any]:
    """Return the options; a root's version that was kept goes with the fingerprint it was of.

    Raises UsageError for what is no fingerprint.
    """
    options, catalog = context.options, context.catalog
    before = next((one.options for one in catalog.sources() if one.name == source.name), {})
    version, text = before.get("root-version"), options.get("fingerprint")
    if version is None or version != str(options.get("root-version")) or not text:
        return options
    if parse_fingerprint(text) == parse_fingerprint(before["fingerprint"]):
        return options
    return {name: value for name, value in options.items() if name != "root-version"}


def _check_place(source: Source) -> None:
    if not source.is_local:
        return
    path = folder_of(source.location)
    if not path.exists():
        raise NoSuchFile(path)
    if not feed_folders(path):
        raise NotSupported(
            f"{path} is no feed: it has no trust/1.root.json",
            hint="name the feed's own folder; `ferry feed init` makes one",
            path=str(path),
        )


def _tell_fingerprint(source: Source, context: Context) -> None:
    if context.offline and not source.is_local:
        return
    place = place_of(source.location, context)
    try:
        first = place.fetch(role_file("root", 1), ROOT_LIMIT)
    except NotFoundError as error:
        raise NotSupported(
            f"{source.location} is no feed: it has no trust/1.root.json",
            hint="give the feed's own URL; a registry is added with --provider registry",
            location=source.location,
        ) from error
    context.progress.notice(
        f"nobody vouches for {source.name}: ask its publisher, over another way, whether its"
        f" fingerprint is {show_fingerprint(fingerprint_of(first))}, and then run"
        f" `ferry source set {source.name} --fingerprint …`"
    )
