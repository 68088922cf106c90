"""Executing a plan's steps: every package poured into the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from ..cancel import CancelToken
from ..errors import Error, NoSpace, worst
from ..model import Content, Plan, Step
from ..platforms import PlatformSet
from ..store import Lease
from .calls import open_call
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
    others were stopped.
    """
    _check_space(resources, plan)
    queues = [
        queue
        for _, group in groupby(sorted(plan.steps, key=_source_key), key=_source_key)
        for queue in _queues(resources, list(group), platforms)
    ]
    done: dict[int, Brought] = {}
    failed: list[tuple[Step, Error]] = []
    stop = resources.cancel.child()

    def run(queue: Sequence[Step]) -> None:
        for step in queue:
            stop.check()
            try:
                content = _pour(resources, step, wishes, platforms, lease, stop)
                done[id(step)] = Brought(step=step, content=content)
            except Error as error:
                if not wishes.keep_going:
                    stop.cancel(error)
                    raise
                failed.append((step, error))

    _run_all(run, queues, resources.settings.jobs)
    return [done[id(step)] for step in plan.steps if id(step) in done], failed


def _run_all(
    run: Callable[[Sequence[Step]], None], queues: Sequence[Sequence[Step]], jobs: int
) -> None:
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        futures = [pool.submit(run, queue) for queue in queues]
        errors = [error for future in futures if (error := future.exception()) is not None]
    expected = [error for error in errors if isinstance(error, Error)]
    if errors:
        raise worst(expected) if len(expected) == len(errors) else errors[0]


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
) -> Content:
    provider = step.package.id.provider
    call = open_call(
        resources,
        provider,
        step.source,
        cancel=stop,
        platforms=platforms,
        options=wishes.options,
    )
    return resources.dispatcher.install(
        provider, step.package, call.reader, call.writer(lease), call.context, call.signs
    )


def _check_space(resources: Resources, plan: Plan) -> None:
    """Raise NoSpace before the first byte if what is known exactly cannot fit."""
    needed = sum(step.fetch for step in plan.steps if step.exact)
    if needed > plan.free:
        raise NoSpace(resources.home.store, needed=needed, free=plan.free)
