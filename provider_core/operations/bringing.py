"""Executing a plan's steps: every package poured into the store, raw content converted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from ..errors import Error, NoSpace, NotSupported
from ..model import Content, FileStamp, Package, Plan, Source, Step
from ..oci import Descriptor
from ..oci.media_types import is_index, is_manifest
from ..platforms import PlatformSet
from ..store import Lease
from .calls import open_call
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["Brought", "bring", "converted", "is_raw"]


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
                content = _pour(resources, step, wishes, platforms, lease)
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
    if errors:
        raise errors[0]


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
    resources: Resources, step: Step, wishes: Wishes, platforms: PlatformSet, lease: Lease
) -> Content:
    provider = step.package.id.provider
    call = open_call(resources, provider, step.source, platforms=platforms, options=wishes.options)
    return resources.dispatcher.install(
        provider, step.package, call.reader, call.writer(lease), call.context, call.signs
    )


def is_raw(content: Content) -> bool:
    """Whether *content* is no manifest or index yet, or an artifact somebody could convert."""
    root = content.root
    if isinstance(root, FileStamp):
        return True
    return not (is_manifest(root.media_type) or is_index(root.media_type))


def converted(
    resources: Resources,
    package: Package,
    content: Content,
    source: Source | None,
    wishes: Wishes,
    platforms: PlatformSet,
    lease: Lease,
) -> Content:
    """Turn raw content and artifacts into an image, where some provider accepts their type.

    Raises NotSupported if the content is raw and nobody does.
    """
    kind = _type_of(package, content)
    for loaded in resources.plugins.providers():
        if kind and kind in loaded.info.accepts:
            call = open_call(
                resources, loaded.info.name, platforms=platforms, options=wishes.options
            )
            image = resources.dispatcher.convert(
                loaded.info.name,
                content,
                call.reader,
                call.writer(lease),
                call.context,
                call.signs,
            )
            if image is not None:
                return image
    if is_raw(content):
        raise NotSupported(
            f"no provider turns {package} ({kind or 'unknown type'}) into an image",
            hint="install a provider that accepts this type, or save it as it is",
            media_type=kind,
        )
    return content


def _type_of(package: Package, content: Content) -> str:
    root = content.root
    if isinstance(root, Descriptor):
        return root.artifact_type or package.media_type or root.media_type
    return root.media_type


def _check_space(resources: Resources, plan: Plan) -> None:
    """Raise NoSpace before the first byte if the plan cannot fit."""
    if plan.fetch > plan.free:
        raise NoSpace(resources.home.store, needed=plan.fetch, free=plan.free)
