"""From the store to a feed folder: a bundle for the other side, signed by this home's courier."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from feed_format import (
    SERIES_TARGET,
    VOLUMES_TARGET,
    Lives,
    Publisher,
    Series,
    Signer,
    create_feed,
    discard_feed,
    fingerprint_of,
    is_feed,
    next_version,
    open_publisher,
    read_feed,
    rotate,
    show_fingerprint,
    write_checksums,
)
from feed_format.feed_folder import FeedFolder
from provider_core.context import Context
from provider_core.disk.media import Medium
from provider_core.errors import Exists, Untrusted, UsageError
from provider_core.model import Saved, Withdrawal
from provider_core.oci.layout import blob_path

from .bundle_load import Load
from .courier import courier_roots, courier_signer
from .deltas import write_base
from .evidence_joining import add_evidence, tell_left
from .lasting import parse_span
from .option_names import COURIER_PASSPHRASE, SERIES, VALID_FOR
from .passphrases import passphrase_from
from .publishable import Publishable
from .series_memory import SeriesMemory
from .withdrawing import advise

__all__ = [
    "BundlePlan",
    "opened_bundle",
    "plan_bundle",
    "save_bundle",
    "tell_bundle",
]

_LIFE: Final = timedelta(days=365)
"""How long a bundle holds unless it is said: couriers are slow, and plants open old bundles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundlePlan:
    """How a bundle is to be made."""

    path: Path
    signer: Signer
    roots: tuple[bytes, ...]
    series: str
    """'' for that of the bundle that is there, else the folder's name."""
    valid_for: timedelta
    withdrawn: tuple[Withdrawal, ...]
    """What the sources of this home advise to use no more: told to the far side."""
    clock: Callable[[], datetime]


def save_bundle(load: Load, plan: BundlePlan, medium: Medium, context: Context) -> Saved:
    """Make or extend the bundle in the folder of *plan*, on *medium*; what it has stays.

    Raises Exists if something else is there, Untrusted if another home's courier signed it,
    UsageError for another series, Locked, NoSpace, StoreError, IntegrityError.
    """
    folder = FeedFolder(plan.path)
    with context.state.lock():
        medium.require_space(plan.path, _lacking(folder, load))
        with opened_bundle(plan) as publisher:
            _check_no_volume(publisher, plan)
            memory = SeriesMemory(context.state.folder)
            series = _series(publisher, plan, memory.version)
            copied = sum(_add(publisher, one) for one in load.carried)
            write_base(publisher, load.publishables, load.known)
            publisher.set_file(SERIES_TARGET, series.as_bytes())
            advise(publisher, plan.withdrawn)
            left = add_evidence(publisher, plan.path, load.images, load.reader)
            published = publisher.publish(at_least=series.version)
            write_checksums(folder)
            memory.remember(series)
    tell_left(left, context)
    tell_bundle(series, plan, context)
    return load.saved(str(plan.path), written=copied + published.written, new=copied)


def tell_bundle(series: Series, plan: BundlePlan, context: Context) -> None:
    """Tell which bundle was made, and what the far side has to know of it."""
    context.progress.notice(
        f"bundle {series.version} of the series {series.id}; the far side pins the fingerprint"
        f" {show_fingerprint(fingerprint_of(plan.roots[0]))}"
    )


def _add(publisher: Publisher, one: Publishable) -> int:
    return publisher.add([one.package], reader=one.reader, blobs=one.blobs, referrers=one.referrers)


def _lacking(folder: FeedFolder, load: Load) -> int:
    """Return how many bytes are not in the bundle yet."""
    blobs = load.blobs.values()
    return sum(blob.size for blob in blobs if not folder.has(blob_path(blob.digest), blob.size))


def _check_no_volume(publisher: Publisher, plan: BundlePlan) -> None:
    if publisher.file(VOLUMES_TARGET) is not None:
        raise Exists(
            f"the volume {plan.path}", hint="volumes are not extended; save to another folder"
        )


def plan_bundle(path: Path, context: Context) -> BundlePlan:
    """Return how a bundle in the folder *path* is made, by the options and this home's keys.

    Raises UsageError, NoSuchFile, StoreError.
    """
    options = context.options
    file = options.get(COURIER_PASSPHRASE)
    folder = context.keys()
    signer = courier_signer(
        folder,
        sign=context.sign,
        passphrase=partial(passphrase_from, Path(file)) if file else None,
    )
    return BundlePlan(
        path=path,
        signer=signer,
        roots=courier_roots(folder, signer, clock=context.clock),
        series=options.get(SERIES, ""),
        valid_for=_life(options),
        withdrawn=context.catalog.withdrawn(),
        clock=context.clock,
    )


def _life(options: Any) -> timedelta:
    text = options.get(VALID_FOR)
    return parse_span(text, VALID_FOR) if text else _LIFE


@contextmanager
def opened_bundle(plan: BundlePlan) -> Iterator[Publisher]:
    """Open the bundle of *plan* to change it; made if need be, with the courier's newest root.

    What fails before its first publication leaves nothing.
    """
    was_there = plan.path.exists()
    if not is_feed(plan.path):
        create_feed(plan.path, plan.roots)
    there = read_feed(plan.path)
    if there.roots[0] != plan.roots[0]:
        raise Untrusted(
            f"the feed in {plan.path} was made with other keys than this home's courier",
            hint="save to another folder, or publish there with `ferry feed add`",
            path=str(plan.path),
        )
    for root in plan.roots[len(there.roots) :]:
        rotate(plan.path, root, [plan.signer], clock=plan.clock)
    lives = Lives.bundle(plan.valid_for)
    with open_publisher(plan.path, [plan.signer], lives=lives, clock=plan.clock) as publisher:
        try:
            yield publisher
        except BaseException:
            if not publisher.version:
                discard_feed(plan.path, keep_folder=was_there)
            raise


def _series(publisher: Publisher, plan: BundlePlan, last: int) -> Series:
    """Return which bundle this becomes; *last* is the version of the one before, of any series.

    One signer's versions differ, for a reader tells publications apart by them.
    """
    data = publisher.file(SERIES_TARGET)
    there = None if data is None else Series.parse(data)
    if there is not None and plan.series not in ("", there.id):
        raise UsageError(
            f"the bundle in {plan.path} is of the series {there.id!r}, not {plan.series!r}",
            hint="save to another folder, or leave --series out",
            series=there.id,
        )
    return Series(
        id=there.id if there else plan.series or plan.path.name.replace(" ", "-"),
        version=next_version(max(last, there.version if there else 0), plan.clock()),
        valid_for=plan.valid_for,
    )
