"""A plan as --dry-run shows it."""

from __future__ import annotations

from ..model import Plan
from .grid import Column, Grid
from .render import Output
from .schema import plan_documents
from .units import size

__all__ = ["show_plan"]

_COLUMNS = (
    Column(name="Action", text=lambda step: step.action.value),
    Column(name="Name", text=lambda step: step.package.name),
    Column(name="Version", text=lambda step: step.package.version),
    Column(name="Platform", text=lambda step: ", ".join(map(str, step.platforms)) or "all"),
    Column(name="Source", text=lambda step: step.source.name if step.source else ""),
    Column(name="Fetch", text=lambda step: ("" if step.exact else "<= ") + size(step.fetch)),
    Column(name="Here", text=lambda step: size(step.here)),
    Column(name="Reason", text=lambda step: step.reason),
)


def show_plan(output: Output, *plans: Plan) -> None:
    """Print the steps of *plans*; the totals as a notice, or as a last object with --json."""
    steps = tuple(step for plan in plans for step in plan.steps)
    documents = [document for plan in plans for document in plan_documents(plan)]
    output.answer(Grid(columns=_COLUMNS, rows=steps), documents, empty="nothing has to be fetched")
    if output.json or not plans:
        return
    fetch, pulls = sum(plan.fetch for plan in plans), sum(plan.pulls for plan in plans)
    limited = f", {pulls} rate-limited pulls" if pulls else ""
    output.notice(f"{size(fetch)} to fetch{limited}, {size(plans[0].free)} free on the disk")
