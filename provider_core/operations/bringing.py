"""Executing a plan's steps: every package poured into the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from ..cancel import CancelToken
from ..errors import Error, NoSpace, ProviderFault, VolumeMissing, worst
from ..model import Content, FileStamp, Package, Plan, Step, same_pin
from ..oci import Descriptor
from ..platforms import PlatformSet
from ..store import Lease
from .awaiting import awaited
from .calls import open_call
from .failing_image import about
from .signed import check_signed
from .total import Total
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["Brought", "bring"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A step that is done: its content is in the store, or where its file lies."""

    step: Step
    content: Content


def bring(
    resources: Resources, plan: Plan, wishes: Wishes, platforms: PlatformSet, lease: Lease
) -> tuple[list[Brought], list[tuple[Step, Error]]]:
    """Pour every step's package into the store, several sources' and packages' at once.

    Sources that ask for an order get it, on one thread.  Returns what came, in the plan's
    order, and with ``wishes.keep_going`` what failed; else raises the first failure, after the
    others were stopped; VolumeMissing once all have read what is on the volume that is here.
    """
    _check_space(resources, plan)
    queues = [
        queue
        for _, group in groupby(sorted(plan.steps, key=_source_key), key=_source_key)
        for queue in _queues(resources, list(group), platforms)
    ]
    done: dict[int, Brought] = {}
    failed: list[tuple[Step, Error]] = []
    elsewhere: list[VolumeMissing] = []
    stop = resources.cancel.child()
    total = Total(resources.progress, plan)

    def run(queue: Sequence[Step]) -> None:
        for step in queue:
            stop.check()
            try:
                with about(step.package):
                    content = _pour(resources, step, wishes, platforms, lease, stop, total)
                done[id(step)] = Brought(step=step, content=content)
            except Error as error:
                if wishes.keep_going:
                    failed.append((step, error))
                elif isinstance(error, VolumeMissing):  # the others read what is on this one
                    elsewhere.append(error)
                else:
                    stop.cancel(error)
                    raise
            except BaseException:
                stop.cancel()
                raise

    with total:
        _run_all(run, queues, resources.settings.jobs, stop)
    if elsewhere:
        raise VolumeMissing.joined(elsewhere)
    return [done[id(step)] for step in plan.steps if id(step) in done], failed


def _run_all(
    run: Callable[[Sequence[Step]], None],
    queues: Sequence[Sequence[Step]],
    jobs: int,
    stop: CancelToken,
) -> None:
    """Run every queue to its end; raise the worst failure, a bug before our own errors.

    An interrupt does not wait for what is running: it is told to stop, and left alone.
    """
    pool = ThreadPoolExecutor(max_workers=max(1, jobs))
    try:
        futures = [pool.submit(run, queue) for queue in queues]
        errors = [error for future in futures if (error := awaited(future).exception()) is not None]
    except BaseException:
        stop.cancel()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
    for error in errors:
        if not isinstance(error, Error):
            raise error
    if errors:
        raise worst([error for error in errors if isinstance(error, Error)])


def _source_key(step: Step) -> tuple[str, str]:
    return step.package.id.provider, step.source.name if step.source else ""


def _queues(
    resources: Resources, steps: Sequence[Step], platforms: PlatformSet
) -> list[Sequence[Step]]:
    """Return the steps of one source as one queue in its order, or each as a queue of its own."""
    first = steps[0]
    provider = first.package.id.provider
    call = open_call(resources, provider, first.source, platforms=platforms)
    packages = [step.package for step in steps]
    order = resources.dispatcher.order(provider, packages, call.context)
    if order is None:
        return [[step] for step in steps]
    places = {package.id: place for place, package in enumerate(order)}
    return [sorted(steps, key=lambda step: places[step.package.id])]


def _pour(
    resources: Resources,
    step: Step,
    wishes: Wishes,
    platforms: PlatformSet,
    lease: Lease,
    stop: CancelToken,
    total: Total,
) -> Content:
    provider = step.package.id.provider
    call = open_call(
        resources,
        provider,
        step.source,
        place=step.package.name,
        cancel=stop,
        platforms=platforms,
        options=wishes.options,
        told=wishes.told,
    )
    writer = call.writer(lease, total.wrote)
    content = resources.dispatcher.install(
        provider, step.package, call.reader, writer, call.context, call.signs
    )
    _check_pin(step.package, content)
    check_signed(step, content, resources.store, wishes)
    return content


def _check_pin(package: Package, content: Content) -> None:
    """Raise ProviderFault if other content came than the one that was found and planned.

    A local file may become an image on its way; what has a digest stays what it is.
    """
    may_change = isinstance(package.pin, FileStamp) and isinstance(content.root, Descriptor)
    if not may_change and not same_pin(package.pin, content.root):
        came, wanted = (getattr(pin, "digest", "a file") for pin in (content.root, package.pin))
        raise ProviderFault(
            package.id.provider, "install", f"it brought {came} instead of {wanted}"
        )


def _check_space(resources: Resources, plan: Plan) -> None:
    """Raise NoSpace before the first byte if what is known exactly cannot fit."""
    needed = sum(step.fetch for step in plan.steps if step.exact)
    if needed > plan.free:
        raise NoSpace(resources.home.store, needed=needed, free=plan.free)
