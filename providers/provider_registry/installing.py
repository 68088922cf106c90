"""Installing: a whole image into the store, several blobs at once, and what refers to it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import replace

from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.errors import BlobNotFound, DocumentError, NotSupported, TransportError
from provider_core.model import Content, Contents, Package
from provider_core.oci import Descriptor, parse_root
from provider_core.oci.annotations import REF_NAME
from provider_core.oci.media_types import is_index, is_manifest
from provider_core.platforms import PlatformSet
from provider_core.pouring import pour_image, select_image
from provider_core.store import Reader, Writer

from .fetching import Fetcher
from .hub import hub_tag
from .limits import pulls_left
from .memory import Memory
from .places import endpoint_for, places_of_package
from .referrers import Referrers

__all__ = ["contents_of", "install_image"]

_AT_ONCE = 3
"""Blobs of one image; a large one has several connections of its own."""


def install_image(
    package: Package, reader: Reader, writer: Writer, context: Context, memory: Memory
) -> Content:
    """Pour *package* into the store for the wanted platforms, with what refers to it.

    Raises TransportError, IntegrityError, NotSupported.
    """
    root = _pin(package)
    places = places_of_package(package, context, memory)
    fetch = Fetcher(places, reader, context, memory)
    content = _pour(root, fetch, reader, writer, context.platforms)
    if not context.options.get("referrers", True):
        return content
    chosen = select_image(root, reader.read, context.platforms).descriptors
    subjects = [one.digest for one in chosen if _is_document(one)]
    referrers = Referrers(places.best).of(subjects)
    for referrer in referrers:
        _pour(referrer, fetch, reader, writer, PlatformSet.all())
        _check_subject(referrer, reader, {*subjects, *(one.digest for one in referrers)})
    return replace(content, referrers=referrers)


def contents_of(package: Package, reader: Reader, context: Context) -> Contents:
    """List what is known of *package* without asking for more than is here."""
    root = _pin(package)
    try:
        return Contents(descriptors=select_image(root, reader.read, context.platforms).descriptors)
    except BlobNotFound:
        named = 1 if context.platforms.is_all else len(list(context.platforms))
        pulls = named if is_index(root.media_type) else 1
        return Contents(
            descriptors=(root,),
            pulls=pulls,
            pulls_left=pulls_left(context),
            exact=False,
            at_most=_told_by_hub(package, context),
        )


def _told_by_hub(package: Package, context: Context) -> int | None:
    """Return the bytes that Docker Hub's API says *package* has at most; None if it does not.

    It is asked only for a plan that somebody looks at: the install itself needs no such guess.
    """
    endpoint = endpoint_for(package.name, context)
    repository = endpoint.local(package.name)
    asks = context.options.get("estimate") and (endpoint.is_hub or "hub-url" in context.options)
    if not asks or repository is None:
        return None
    try:
        tag = hub_tag(repository, package.version, context)
    except (TransportError, DocumentError) as error:
        context.progress.notice(f"sizes are not known: {error}")
        return None
    return None if tag is None else tag.size_for(context.platforms)


def _pour(
    root: Descriptor, fetch: Fetcher, reader: Reader, writer: Writer, platforms: PlatformSet
) -> Content:
    """Do what `pour_image` does, with several blobs at once, the largest first."""

    def read(descriptor: Descriptor) -> bytes:
        if not reader.has(descriptor):
            fetch(descriptor, writer)
        return reader.read(descriptor)

    chosen = select_image(root, read, platforms).descriptors
    missing = [blob for blob in chosen if not reader.has(blob)]
    _fetch_all(sorted(missing, key=lambda blob: -blob.size), fetch, writer)
    return pour_image(root, fetch, reader, writer, platforms)


def _fetch_all(blobs: Sequence[Descriptor], fetch: Fetcher, writer: Writer) -> None:
    """Fetch *blobs*; the first failure stops the others and is raised."""
    if len(blobs) < 2:
        for blob in blobs:
            fetch(blob, writer)
        return
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="blob") as pool:
        running: list[Future[None]] = [pool.submit(fetch, blob, writer) for blob in blobs]
        try:
            done, _ = wait(running, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
        except BaseException:
            fetch.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


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


def _pin(package: Package) -> Descriptor:
    if not isinstance(package.pin, Descriptor):
        raise NotSupported(f"{package} is a local file, not an image in a registry")
    return package.pin


def _is_document(descriptor: Descriptor) -> bool:
    return is_manifest(descriptor.media_type) or is_index(descriptor.media_type)
