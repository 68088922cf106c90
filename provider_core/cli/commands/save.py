"""ferry save."""

from __future__ import annotations

from typing import Any

import click

from ...errors import UsageError
from ...operations.results import SaveResult
from .. import flags
from ..grid import Column, Grid
from ..invocation import Invocation
from ..plan_table import show_plan
from ..provider_flags import provider_command
from ..render import Output
from ..report import reported
from ..schema import saved_document
from ..stdin import Asked, expand
from ..units import size

__all__ = ["command"]

_COLUMNS = (
    Column(name="Name", text=lambda row: row[0]),
    Column(name="Digest", text=lambda row: row[1]),
    Column(name="Location", text=lambda row: row[2]),
)


@provider_command(name="save", verbs=("install", "save"))
@flags.requests_argument
@click.option("--to", required=True, metavar="PATH", help="The file, folder or URL to write.")
@flags.selection_flags
@flags.platform_flags
@flags.force_flag
@flags.dry_run_flag
@flags.report_flag
@flags.ticket_flag
@click.pass_obj
def command(invocation: Invocation, /, requests: tuple[str, ...], **told: Any) -> None:
    """Write images to a file, folder or URL; what is not installed is fetched first.

    One file takes several images, and layers they share only once:
    ferry save app:1.2 base --to images.tar
    """
    asked, to = expand(requests), told["to"]
    wishes = flags.wishes_from({**told, "source": told["source"] or _one_source(asked)})
    texts = [one.text for one in asked]
    with (
        reported(told["report"], invocation, "save", asked, wishes) as report,
        invocation.host(ticket=told["ticket"]) as host,
    ):
        if told["dry_run"]:
            plan = host.plan_save(*texts, to=to, wishes=wishes)
            report.planned(plan)
            show_plan(invocation.output, plan)
            return
        result = host.save(*texts, to=to, wishes=wishes)
        report.saved(result)
    _tell(result, invocation.output)


def _tell(result: SaveResult, output: Output) -> None:
    saved = result.saved
    roots = [str(root) for root in saved.roots]
    rows = tuple((name, root, saved.location) for name, root in _aligned(saved.names, roots))
    output.answer(Grid(columns=_COLUMNS, rows=rows), [saved_document(result)])
    output.notice(f"{size(saved.written)} written, {size(saved.reused)} were there")


def _one_source(asked: tuple[Asked, ...]) -> str:
    """Return the source of the rows that find printed; one file is written from one source."""
    sources = sorted({one.source for one in asked} - {""})
    if len(sources) > 1:
        raise UsageError(
            f"the rows come from several sources: {', '.join(sources)}",
            hint="save them one source at a time, or say --source",
            sources=sources,
        )
    return sources[0] if sources else ""


def _aligned(names: tuple[str, ...], roots: list[str]) -> list[tuple[str, str]]:
    """Return each name with its image's root; where an image has more names, without one."""
    if len(names) != len(roots):
        return [(name, "") for name in names]
    return list(zip(names, roots, strict=True))
