"""ferry install."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import click

from ...errors import Cancelled, Error, UsageError
from ...operations.host import Host
from ...operations.requests import Request
from ...operations.wishes import Wishes
from ...references import FilePath, Name, parse_reference
from .. import flags
from ..image_columns import image_grid
from ..installing import install_told, tell_failed
from ..invocation import Invocation
from ..lists import groups, list_flags, locked_by, requested, settled
from ..loading import tell_loaded
from ..next_volume import with_every_volume
from ..plan_table import show_plan
from ..provider_flags import provider_command
from ..report import Report, reported
from ..setting_flags import pace_flags
from ..stdin import Asked

__all__ = ["command"]


@provider_command(name="install", verbs=("install",))
@flags.optional_requests_argument
@list_flags
@flags.selection_flags
@flags.platform_flags
@click.option("--name", metavar="NAME", help="Call the image of a file so.")
@click.option("--sha256", metavar="DIGITS", help="The digest that the file must have.")
@flags.require_signature_flag
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
@pace_flags
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
    Many images: ferry install -f images.toml, or --locked images.lock for these very contents.

    With --tag latest an image is what its bare name means, as for Docker's users.
    """
    lock = locked_by(told["locked"])
    asked = requested(requests, told["files"], lock)
    wishes = replace(_wishes(asked, told), locked=None if lock is None else lock.digests)
    image_grid((), told["columns"])  # an unknown column is refused before anything is done
    with (
        reported(told["report"], invocation, "install", asked, wishes) as report,
        invocation.host(ticket=told["ticket"]) as host,
    ):
        if told["engine"]:
            host.engine_version(told["engine"])  # nothing is fetched for one that is not there
        found, failed = settled(host, asked, wishes)
        report.gone_without(failed)
        if told["dry_run"]:
            failed += _plan(host, found, wishes, invocation, report)
        else:
            failed += _install(host, found, wishes, invocation, report, told)
    return tell_failed(failed, invocation.output)


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


def _is_file(request: Request) -> bool:
    return isinstance(parse_reference(request.text), FilePath)


def _plan(
    host: Host, asked: Sequence[Asked], wishes: Wishes, invocation: Invocation, report: Report
) -> list[tuple[str, Error]]:
    plans = [host.plan_install(*requests, wishes=wish) for wish, requests in groups(asked, wishes)]
    for plan in plans:
        report.planned(plan)
    show_plan(invocation.output, *plans)
    return [one for plan in plans for one in plan.failed]


def _install(
    host: Host,
    asked: Sequence[Asked],
    wishes: Wishes,
    invocation: Invocation,
    report: Report,
    told: Mapping[str, Any],
) -> list[tuple[str, Error]]:
    failed: list[tuple[str, Error]] = []
    for wish, requests in groups(asked, wishes):
        install = partial(host.install, *requests, wishes=wish)
        run = partial(with_every_volume, install, invocation)
        of_files = all(map(_is_file, requests))
        try:
            result = install_told(host, run, told["columns"], invocation.output, of_files=of_files)
        except Cancelled:
            raise
        except Error as error:
            if not wishes.keep_going:
                raise
            failed.append((", ".join(one.text for one in requests), error))
            report.gone_without(failed[-1:])
            continue
        report.installed(result)
        if told["engine"]:
            images = (*result.kept, *result.installed)
            tell_loaded(host.load(*images, engine=told["engine"]), invocation.output)
        failed += result.failed
    return failed
