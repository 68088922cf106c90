"""From the store to a feed folder: a bundle for the other side, signed by this home's courier."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from feed_format import (
    SERIES_TARGET,
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
)
from provider_core.context import Context
from provider_core.errors import Untrusted, UsageError
from provider_core.model import Held, Saved
from provider_core.store import Reader

from .courier import courier_roots, courier_signer
from .deltas import without, write_base
from .evidence_joining import add_evidence
from .known_content import MISSING_FROM, known_everywhere
from .lasting import parse_span
from .passphrases import passphrase_from
from .publishable import Publishable, Remarks, of_held
from .series_memory import SERIES, SeriesMemory
from .withdrawing import advise

__all__ = ["COURIER_PASSPHRASE", "VALID_FOR", "save_bundle"]

VALID_FOR: Final = "valid-for"
COURIER_PASSPHRASE: Final = "courier-passphrase-file"

_LIFE: Final = timedelta(days=365)
"""How long a bundle holds unless it is said: couriers are slow, and plants open old bundles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """How a bundle is to be made."""

    path: Path
    signer: Signer
    roots: tuple[bytes, ...]
    series: str
    """'' for that of the bundle that is there, else the folder's name."""
    valid_for: timedelta
    clock: Callable[[], datetime]


def save_bundle(
    images: Sequence[Held], destination: str, reader: Reader, context: Context
) -> Saved:
    """Make or extend the bundle in the folder *destination*; what it has stays.

    Raises Exists if something else is there, Untrusted if another home's courier signed it,
    UsageError for another series, Locked, NoSpace, StoreError, IntegrityError.
    """
    plan = _plan(Path(destination), context)
    now = context.clock()
    publishables = [of_held(one, reader, Remarks(), now) for one in images]
    known = known_everywhere(context.options.get(MISSING_FROM, ()), reader, context)
    with context.state.lock(), _opened(plan) as publisher:
        memory = SeriesMemory(context.state.folder)
        series = _series(publisher, plan, memory.version)
        copied = sum(_add(publisher, one) for one in without(publishables, known))
        write_base(publisher, publishables, known)
        publisher.set_file(SERIES_TARGET, series.as_bytes())
        advise(publisher, context.catalog.withdrawn())
        add_evidence(publisher, plan.path, images, reader, context)
        published = publisher.publish(at_least=series.version)
        memory.remember(series)
    context.progress.notice(
        f"bundle {series.version} of the series {series.id}; the far side pins the fingerprint"
        f" {show_fingerprint(fingerprint_of(plan.roots[0]))}"
    )
    sizes = {blob.digest: blob.size for one in publishables for blob in one.blobs}
    left_out = sum(size for digest, size in sizes.items() if digest in known)
    return Saved(
        location=str(plan.path),
        names=tuple(f"{one.package.name}:{one.package.version}" for one in publishables),
        roots=tuple(one.blobs[0].digest for one in publishables),
        written=copied + published.written,
        reused=max(0, sum(sizes.values()) - copied - left_out),
    )


def _add(publisher: Publisher, one: Publishable) -> int:
    return publisher.add([one.package], reader=one.reader, blobs=one.blobs, referrers=one.referrers)


def _plan(path: Path, context: Context) -> _Plan:
    options = context.options
    file = options.get(COURIER_PASSPHRASE)
    folder = context.keys()
    signer = courier_signer(
        folder,
        sign=context.sign,
        passphrase=partial(passphrase_from, Path(file)) if file else None,
    )
    return _Plan(
        path=path,
        signer=signer,
        roots=courier_roots(folder, signer, clock=context.clock),
        series=options.get(SERIES, ""),
        valid_for=_life(options),
        clock=context.clock,
    )


def _life(options: Any) -> timedelta:
    text = options.get(VALID_FOR)
    return parse_span(text, VALID_FOR) if text else _LIFE


@contextmanager
def _opened(plan: _Plan) -> Iterator[Publisher]:
    """Open the bundle to change it; made if it is not there, with the courier's newest root.

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


def _series(publisher: Publisher, plan: _Plan, last: int) -> Series:
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
