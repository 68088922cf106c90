"""ferry provider install."""

from __future__ import annotations

import click

from ...plugins import Row
from ...references import FilePath, parse_reference
from ..carrying import delivery_flags, folder_named, hashes_from, tell_delivered
from ..common import ferry_command
from ..invocation import Invocation
from ..schema import provider_document

__all__ = ["command"]


@ferry_command(name="install")
@click.argument("name", metavar="NAME|./DIR")
@delivery_flags
@click.pass_obj
def command(invocation: Invocation, name: str, folder: str | None, hashes: tuple[str, ...]) -> None:
    """Bring a provider into this home; those of ferry itself always are here.

    From a folder of `ferry provider save`, or NAME from a package index, where the hash of each
    wheel must be given.
    """
    with invocation.host() as host:
        if isinstance(parse_reference(name), FilePath):
            done = host.install_provider(folder=folder_named(name), hashes=hashes_from(hashes))
        else:
            row = next((row for row in host.providers() if row.name == name and row.info), None)
            if row is not None:
                return _tell_here(invocation, row)
            done = host.install_provider(
                name, folder=folder_named(folder), hashes=hashes_from(hashes)
            )
    for one in done:
        tell_delivered(invocation.output, one)
    return None


def _tell_here(invocation: Invocation, row: Row) -> None:
    if invocation.output.json:
        invocation.output.document(provider_document(row))
    else:
        invocation.output.notice(f"{row.name} is already installed ({row.origin})")
