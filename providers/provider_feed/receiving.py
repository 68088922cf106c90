"""From a feed into the store: an image, what refers to it, and what vouches for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from feed_format import Evidence, collect_evidence
from provider_core.context import Context
from provider_core.errors import (
    BlobNotFound,
    Error,
    IntegrityError,
    NotFoundError,
    PackageNotFound,
    VolumeMissing,
)
from provider_core.model import Content, Contents, Package, same_pin
from provider_core.oci import Descriptor, parse_root
from provider_core.oci.media_types import is_manifest
from provider_core.oci.referring import subject_of
from provider_core.pouring import pour_image, select_image
from provider_core.store import Reader, Writer

from .asked_feeds import feed_of
from .deltas import check_base
from .evidence_artifact import put_evidence
from .places import Place, place_of
from .trusting import OpenedFeed, opened_feed
from .volume_place import VolumePlace, content_place, one_fault

__all__ = ["feed_contents", "receive"]

_ENDED: Final = "io.imageferry.evidence.ended"
"""Fact of an image: when the signatures had ended that were accepted all the same."""
_SERIES: Final = "io.imageferry.bundle.series"
_BUNDLE: Final = "io.imageferry.bundle.version"
"""Facts of an image: the bundle that it came by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vouched:
    """What the feed says of a package today."""

    referrers: tuple[Descriptor, ...]
    """Manifests about packages of its name."""
    evidence: Evidence | None
    """The signed files that say so; None if nobody known signed them."""
    facts: Mapping[str, str]
    """What is recorded with the image: its bundle; that signatures had ended, if they had."""


def receive(
    package: Package, pin: Descriptor, reader: Reader, writer: Writer, context: Context
) -> Content:
    """Pour *package*, whose root is *pin*, into the store, once the feed says that it has it.

    Raises PackageNotFound if the feed offers it no longer, IntegrityError, TransportError,
    NotSupported if a wanted platform is not there, StoreError.
    """
    with opened_feed(feed_of(package, context), context) as opened:
        check_base(opened, reader)
        opened.remember()
        vouched = _vouched(opened, package, context)
        place = content_place(opened, f"{package.name} {package.version}")
    if isinstance(place, VolumePlace):
        _bring_what_is_here(pin, place, reader, writer, context)
    content = pour_image(
        pin,
        place.pour,
        reader,
        writer,
        context.platforms,
        available=place.has,
        at_once=place.blobs_at_once,
    )
    return Content(
        root=content.root,
        platforms=content.platforms,
        referrers=tuple(_referrers(vouched.referrers, content, place, reader, writer, context)),
        facts=vouched.facts,
        evidence=() if vouched.evidence is None else (put_evidence(vouched.evidence, writer),),
    )


def _bring_what_is_here(
    pin: Descriptor,
    place: VolumePlace,
    reader: Reader,
    writer: Writer,
    context: Context,
) -> None:
    """Bring everything of the image *pin* that is on the volumes that are here.

    Raises VolumeMissing naming all others that it needs, before that IntegrityError if something
    was damaged, and BlobNotFound; what could be read stays.
    """

    def read(descriptor: Descriptor) -> bytes:
        return reader.read(descriptor) if reader.has(descriptor) else place.read(descriptor)

    faults: list[Error] = []
    selection = select_image(pin, read, context.platforms, available=place.has)
    for descriptor in selection.descriptors:
        if reader.has(descriptor):
            continue
        try:
            place.pour(descriptor, writer)
        except (BlobNotFound, IntegrityError, VolumeMissing) as error:
            faults.append(error)
    if faults:
        raise one_fault(faults)


def feed_contents(package: Package, pin: Descriptor, reader: Reader, context: Context) -> Contents:
    """List the blobs of *package*, reading small documents from the feed where they are not here.

    Raises as `receive` does.
    """
    place = place_of(feed_of(package, context).location, context)

    def read(descriptor: Descriptor) -> bytes:
        context.check()
        if reader.has(descriptor):
            return reader.read(descriptor)
        return place.read(descriptor)

    try:
        selection = select_image(pin, read, context.platforms, available=place.has)
    except BlobNotFound:
        with opened_feed(feed_of(package, context), context) as opened:
            check_base(opened, reader)  # names all that a bundle left out and is not here
        raise
    return Contents(descriptors=selection.descriptors)


def _vouched(opened: OpenedFeed, package: Package, context: Context) -> _Vouched:
    """Return what the feed says of *package*; PackageNotFound if that is nothing."""
    try:
        document = opened.reader.find(package.name)
    except NotFoundError as error:
        if not opened.is_evidence:
            raise
        raise PackageNotFound(str(package), hint="the bundle does not carry it") from error
    offered = document.packages if document else ()
    if document is None or not any(same_pin(one.pin, package.pin) for one in offered):
        raise PackageNotFound(
            str(package),
            hint="the feed has changed: `ferry source refresh` brings what it offers now",
        )
    evidence = None
    if opened.feed.pinned:
        evidence = collect_evidence(opened.place.fetch, opened.feed, [package.name])
    facts = {**_bundle(opened), **_ended(opened, context)}
    return _Vouched(referrers=document.referrers, evidence=evidence, facts=facts)


def _bundle(opened: OpenedFeed) -> dict[str, str]:
    if opened.series is None:
        return {}
    return {_SERIES: opened.series.id, _BUNDLE: str(opened.series.version)}


def _ended(opened: OpenedFeed, context: Context) -> dict[str, str]:
    if opened.feed.expires > context.clock():
        return {}
    return {_ENDED: opened.feed.expires.isoformat(timespec="seconds")}


def _referrers(
    candidates: Iterable[Descriptor],
    content: Content,
    place: Place | VolumePlace,
    reader: Reader,
    writer: Writer,
    context: Context,
) -> Iterator[Descriptor]:
    """Bring those of *candidates* that are about *content*, and yield them."""
    if not isinstance(content.root, Descriptor):
        return
    selection = select_image(content.root, reader.read, context.platforms, available=reader.has)
    subjects = {one.digest for one in selection.descriptors}
    for candidate in candidates:
        if not is_manifest(candidate.media_type) or not place.has(candidate):
            continue
        document = parse_root(place.read(candidate), media_type=candidate.media_type)
        if subject_of(candidate, document) in subjects:
            pour_image(candidate, place.pour, reader, writer, context.platforms)
            yield candidate
