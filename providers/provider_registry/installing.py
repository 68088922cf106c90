"""Installing: a whole image into the store, several blobs at once, and what refers to it."""

from __future__ import annotations

from dataclasses import replace

from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.errors import DocumentError, HttpStatus, Offline
from provider_core.model import Content, Package
from provider_core.oci import Descriptor, parse_root
from provider_core.oci.annotations import REF_NAME
from provider_core.oci.media_types import is_index, is_manifest
from provider_core.platforms import PlatformSet
from provider_core.pouring import pour_image, select_image
from provider_core.store import Reader, Writer

from .fetching import Fetcher
from .memory import Memory
from .pins import pin_of_package
from .places import places_of_package
from .referrers import Referrers

__all__ = ["install_image"]

_AT_ONCE = 4
"""Blobs of one image; a large one has several connections of its own."""


def install_image(
    package: Package, reader: Reader, writer: Writer, context: Context, memory: Memory
) -> Content:
    """Pour *package* into the store for the wanted platforms, with what refers to it.

    Raises TransportError, IntegrityError, NotSupported.
    """
    root = pin_of_package(package)
    places = places_of_package(package, context, memory)
    fetch = Fetcher(places, reader, context, memory)
    content = pour_image(root, fetch, reader, writer, context.platforms, at_once=_AT_ONCE)
    if not context.options.get("referrers", True):
        return content
    chosen = select_image(root, reader.read, context.platforms).descriptors
    subjects = [one.digest for one in chosen if _is_document(one)]
    try:
        referrers = Referrers(places.best).of(subjects)
    except Offline as error:
        error.hint = f"--no-referrers goes without signatures and the like; else {error.hint}"
        raise
    for referrer in referrers:
        try:
            pour_image(referrer, fetch, reader, writer, PlatformSet.all(), at_once=_AT_ONCE)
        except HttpStatus as error:
            error.hint = (
                f"{root.digest} is said to have it as a referrer; --no-referrers does without"
            )
            raise
        _check_subject(referrer, reader, {*subjects, *(one.digest for one in referrers)})
    return replace(content, referrers=referrers)


def _check_subject(referrer: Descriptor, reader: Reader, about: set[Digest]) -> None:
    """Raise DocumentError if *referrer*, as it says itself, is about something else.

    One that hangs on a tag need not say it.
    """
    if REF_NAME in referrer.annotations:
        return
    document = parse_root(reader.read(referrer), media_type=referrer.media_type)
    if document.subject is None or document.subject.digest not in about:
        raise DocumentError(
            f"{referrer.digest} is listed as a referrer, and is about something else",
            path="subject",
            what="list of referrers",
        )


def _is_document(descriptor: Descriptor) -> bool:
    return is_manifest(descriptor.media_type) or is_index(descriptor.media_type)
