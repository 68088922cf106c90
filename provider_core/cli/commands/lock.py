"""ferry lock."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ...disk.whole_file import check_free, write_whole
from ...lists import Pinned, format_lock
from .. import flags
from ..grid import Column, Grid
from ..installing import tell_failed
from ..invocation import Invocation
from ..list_schema import pin_document
from ..lists import groups, list_file_flag, requested, settled
from ..provider_flags import provider_command

__all__ = ["command"]

_COLUMNS = (
    Column(name="Request", text=lambda pin: pin.request),
    Column(name="Name", text=lambda pin: pin.name),
    Column(name="Version", text=lambda pin: pin.version),
    Column(name="Digest", text=lambda pin: str(pin.digest)),
    Column(name="Source", text=lambda pin: pin.source),
)


@provider_command(name="lock", verbs=("install",))
@flags.optional_requests_argument
@list_file_flag
@click.option("--to", required=True, metavar="FILE", help="The lock file to write.")
@flags.selection_flags
@flags.platform_flags
@click.option("--keep-going", is_flag=True, help="Leave out what cannot be found.")
@flags.force_flag
@click.pass_obj
def command(invocation: Invocation, /, requests: tuple[str, ...], **told: Any) -> int:
    """Write down what requests mean now, by digest, with all that they require.

    Nothing is fetched. Later, and elsewhere: ferry install --locked FILE
    ferry lock -f images.toml --to images.lock
    """
    asked, target = requested(requests, told["files"]), Path(told["to"])
    wishes = flags.wishes_from(told)
    check_free(target, force=told["force"])
    pins: list[Pinned] = []
    with invocation.host() as host:
        found, failed = settled(host, asked, wishes)
        for wish, texts in groups(found, wishes):
            locked, broken = host.lock(*texts, wishes=replace(wish, force=False))
            pins += (pin for pin in locked if pin not in pins)
            failed += broken
    if pins:
        write_whole(target, format_lock(pins).encode())
    grid = Grid(columns=_COLUMNS, rows=tuple(pins))
    invocation.output.answer(grid, map(pin_document, pins), empty="nothing was locked")
    return tell_failed(failed, invocation.output)
