"""ferry install."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import click

from ...errors import Error, UsageError, worst
from ...operations.host import Host
from ...operations.results import InstallResult
from ...operations.wishes import Wishes
from ...references import Name, parse_reference
from .. import flags
from ..fetched import contents, has_fetched
from ..image_columns import Shown, image_grid, shown
from ..invocation import Invocation
from ..loading import tell_loaded
from ..plan_table import show_plan
from ..provider_flags import provider_command
from ..render import ClosedPipe, Output
from ..report import Report, reported
from ..schema import Document, image_document
from ..stdin import Asked, expand
from ..units import duration

__all__ = ["command"]


@provider_command(name="install", verbs=("install",))
@flags.requests_argument
@flags.selection_flags
@flags.platform_flags
@click.option("--name", metavar="NAME", help="Call the image of a file so.")
@click.option("--sha256", metavar="DIGITS", help="The digest that the file must have.")
@click.option(
    "--keep-original/--no-keep-original",
    default=None,
    help="Keep what an image is converted from, to save it again byte for byte.",
)
@click.option(
    "--tag",
    "tags",
    multiple=True,
    metavar="TAG",
    help="Tag what is asked for: TAG of its own name, or NAME:TAG; may be repeated.",
)
@click.option("--keep-going", is_flag=True, help="Go on with the others when one fails.")
@click.option("--engine", metavar="NAME", help="Load the images into this container engine too.")
@flags.force_flag
@flags.dry_run_flag
@flags.columns_flag
@flags.report_flag
@flags.ticket_flag
@click.pass_obj
def command(invocation: Invocation, /, requests: tuple[str, ...], **told: Any) -> int:
    """Install images by name, file, folder or URL; what is here already is kept.

    Without a version, the source's `latest`, else its newest release; with a range, quoted,
    the newest within it: ferry install 'nginx[alpine]>=1.27,<2'. For a file, --name and --version
    say what its image is called here. With - the requests come from standard input:
    ferry find 'nginx*' --json | ferry install -

    With --tag latest an image is what its bare name means, as for Docker's users.
    """
    asked = expand(requests)
    wishes = _wishes(asked, told)
    image_grid((), told["columns"])  # an unknown column is refused before anything is done
    with (
        reported(told["report"], invocation, "install", asked, wishes) as report,
        invocation.host(ticket=told["ticket"]) as host,
    ):
        if told["dry_run"]:
            return _plan(host, asked, wishes, invocation, report)
        return _install(host, asked, wishes, invocation, report, told)


def _wishes(asked: Iterable[Asked], told: Mapping[str, Any]) -> Wishes:
    """Return the wishes; for files, --name and --version are options of their provider."""
    names = [isinstance(parse_reference(one.text), Name) for one in asked]
    options = {}
    if told["name"]:
        if any(names):
            raise UsageError("--name is for files", hint="names keep theirs; name one file")
        options["name"] = told["name"]
    if told["version"] and not all(names):
        if any(names):
            raise UsageError(
                "--version means one thing for a name and another for a file",
                hint="install them one after the other",
            )
        options["version"] = told["version"]
        told = {**told, "version": None}
    return flags.wishes_from(told, options=options)


def _by_source(asked: Iterable[Asked], wishes: Wishes) -> list[tuple[Wishes, list[str]]]:
    """Return the requests of each source that rows from find name, in order."""
    groups: dict[str, list[str]] = {}
    for one in asked:
        groups.setdefault(wishes.source or one.source, []).append(one.text)
    return [(replace(wishes, source=source), texts) for source, texts in groups.items()]


def _plan(
    host: Host, asked: Sequence[Asked], wishes: Wishes, invocation: Invocation, report: Report
) -> int:
    plans = [host.plan_install(*texts, wishes=wish) for wish, texts in _by_source(asked, wishes)]
    for plan in plans:
        report.planned(plan)
    show_plan(invocation.output, *plans)
    return 0


def _install(
    host: Host,
    asked: Sequence[Asked],
    wishes: Wishes,
    invocation: Invocation,
    report: Report,
    told: Mapping[str, Any],
) -> int:
    failed: list[Error] = []
    for wish, texts in _by_source(asked, wishes):
        before, started = contents(host), time.monotonic()
        result = host.install(*texts, wishes=wish)
        report.installed(result)
        with suppress(ClosedPipe):  # the other sources' images are installed all the same
            if has_fetched(result, before):
                took = duration(time.monotonic() - started)
                invocation.output.notice(f"Downloaded in {took}.")
            _tell(host, result, invocation.output, told["columns"])
            if told["engine"]:
                images = (*result.kept, *result.installed)
                tell_loaded(host.load(*images, engine=told["engine"]), invocation.output)
        failed += [error for _, error in result.failed]
    for error in failed:
        invocation.output.error(error)
    return worst(failed).exit_code if failed else 0


def _tell(host: Host, result: InstallResult, output: Output, columns: str) -> None:
    tags, holds = host.tags(), host.holds()
    for image in result.kept:
        output.notice(f"{image.name} {image.version} is already installed")
    done, kept = shown(result.installed, tags, holds), shown(result.kept, tags, holds)
    output.answer(
        image_grid(done, columns),
        [*(_row(row, "installed") for row in done), *(_row(row, "kept") for row in kept)],
    )


def _row(row: Shown, outcome: str) -> Document:
    return {**image_document(*row), "outcome": outcome}
