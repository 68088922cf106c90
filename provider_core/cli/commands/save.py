"""ferry save."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import click

from ...errors import UsageError
from ...operations.requests import Request
from ...operations.results import SaveResult
from ...operations.wishes import Wishes
from .. import flags
from ..grid import Column, Grid
from ..invocation import Invocation
from ..lists import groups, list_flags, locked_by, requested, settled
from ..next_volume import with_every_volume
from ..plan_table import show_plan
from ..provider_flags import provider_command
from ..render import Output
from ..report import reported
from ..schema import saved_document
from ..setting_flags import pace_flags
from ..units import size

__all__ = ["command"]

_COLUMNS = (
    Column(name="Name", text=lambda row: row[0]),
    Column(name="Digest", text=lambda row: row[1]),
    Column(name="Location", text=lambda row: row[2]),
)


@provider_command(name="save", verbs=("install", "save"))
@flags.optional_requests_argument
@click.option("--to", required=True, metavar="PATH", help="The file, folder or URL to write.")
@list_flags
@flags.selection_flags
@flags.platform_flags
@pace_flags
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
    lock, to = locked_by(told["locked"]), told["to"]
    asked = requested(requests, told["files"], lock)
    wishes = flags.wishes_from(told)
    wishes = replace(wishes, locked=None if lock is None else lock.digests)
    with (
        reported(told["report"], invocation, "save", asked, wishes) as report,
        invocation.host(ticket=told["ticket"]) as host,
    ):
        found, _ = settled(host, asked, wishes)
        wish, texts = _one_group(groups(found, wishes))
        if told["dry_run"]:
            plan = host.plan_save(*texts, to=to, wishes=wish)
            report.planned(plan)
            show_plan(invocation.output, plan)
            return
        save = partial(host.save, *texts, to=to, wishes=wish)
        result = with_every_volume(save, invocation)
        report.saved(result)
    _tell(result, invocation.output)


def _one_group(found: list[tuple[Wishes, list[Request]]]) -> tuple[Wishes, list[Request]]:
    """Return the one set of platforms and its requests: a destination is written once."""
    if len(found) > 1:
        raise UsageError(
            "the lists want several sets of platforms, and one save has one",
            hint="say it for all with --platform or --all-platforms, or save them one by one",
        )
    return found[0]


def _tell(result: SaveResult, output: Output) -> None:
    saved = result.saved
    roots = _roots_of_names(result)
    rows = tuple(
        (name, root, saved.location) for name, root in zip(saved.names, roots, strict=True)
    )
    output.answer(Grid(columns=_COLUMNS, rows=rows), [saved_document(result)])
    told = [f"{size(saved.written)} written", f"{size(saved.reused)} were there"]
    if saved.left_out:
        told.append(f"{size(saved.left_out)} left out, since its receivers have them")
    output.notice(", ".join(told))


def _roots_of_names(result: SaveResult) -> list[str]:
    """Return the root of each name that was written; '' where names were left out or joined."""
    saved, counts = result.saved, result.name_counts
    if len(saved.roots) == len(counts) and len(saved.names) == sum(counts):
        pairs = zip(saved.roots, counts, strict=True)
        return [str(root) for root, count in pairs for _ in range(count)]
    if len(saved.names) == len(saved.roots):
        return list(map(str, saved.roots))
    return [""] * len(saved.names)
