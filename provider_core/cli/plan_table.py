"""A plan as --dry-run shows it."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Plan, Step
from ..platforms import PlatformSet
from .grid import Column, Grid
from .render import Output
from .schema import plan_documents
from .units import size

__all__ = ["show_plan"]

_COLUMNS = (
    Column(name="Action", text=lambda step: step.action.value),
    Column(name="Name", text=lambda step: step.package.name),
    Column(name="Version", text=lambda step: step.package.version),
    Column(name="Platform", text=lambda step: _platforms(step)),
    Column(name="Source", text=lambda step: step.source.name if step.source else ""),
    Column(name="Fetch", text=lambda step: _bound(step) + size(step.fetch)),
    Column(name="Here", text=lambda step: size(step.here)),
    Column(name="Reason", text=lambda step: step.reason),
)


def show_plan(output: Output, *plans: Plan) -> None:
    """Print the steps of *plans*; the totals as a notice, or as a last object with --json."""
    steps = tuple(step for plan in plans for step in plan.steps)
    documents = [document for plan in plans for document in plan_documents(plan)]
    output.answer(Grid(columns=_COLUMNS, rows=steps), documents, empty="nothing has to be fetched")
    if output.json or not steps:
        return
    for text in _totals(plans):
        output.notice(text)


def _platforms(step: Step) -> str:
    """Return what is wanted; of a package that is for something else alone, what that is.

    So it is with a file of one image: there is nothing to choose.
    """
    there = step.package.platforms or tuple(filter(None, [step.package.id.platform]))
    if step.platforms and not any(map(PlatformSet.of(*step.platforms).wants, there)):
        return ", ".join(map(str, there or step.platforms))
    return ", ".join(map(str, step.platforms)) or "all"


def _bound(step: Step) -> str:
    if not step.bounded:
        return ">= "
    return "" if step.exact else "<= "


def _totals(plans: tuple[Plan, ...]) -> Iterator[str]:
    """Yield what the plans come to: images, bytes, disk, and pulls where they are limited."""
    fetch, here = sum(plan.fetch for plan in plans), sum(plan.here for plan in plans)
    least = "" if all(plan.bounded for plan in plans) else "more than "
    about = least or ("" if all(plan.exact for plan in plans) else "at most ")
    images = sum(len(plan.steps) for plan in plans)
    yield (
        f"{_counted(images, 'image')}: {about}{size(fetch)} to fetch, {size(here)} here; "
        f"{least}{size(fetch)} needed, {size(plans[0].free)} free on the disk"
    )
    pulls = sum(plan.pulls for plan in plans)
    left = min((plan.pulls_left for plan in plans if plan.pulls_left is not None), default=None)
    if pulls and left is None:
        yield f"{_counted(pulls, 'pull')} needed, not limited as far as is known"
    elif pulls:
        yield f"{_counted(pulls, 'pull')} needed, {left} left"
    if any(plan.lacks_pulls for plan in plans):
        yield "that is more than is left now: what is missing then can be fetched later"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
