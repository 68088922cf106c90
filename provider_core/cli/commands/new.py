"""ferry new."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...errors import UsageError
from .. import flags
from ..command_words import assignments, epoch, words
from ..common import ferry_command
from ..image_columns import image_grid, shown
from ..invocation import Invocation
from ..schema import image_document

if TYPE_CHECKING:
    from ...operations.new_wishes import NewImage
    from ...platforms import Platform

__all__ = ["command"]


@ferry_command(name="new")
@click.argument("named", nargs=-1, required=True, metavar="[CONTAINER] NAME")
@click.option("--version", default="latest", metavar="VERSION", help="Its version.")
@click.option("--publisher", default="", metavar="TEXT", help="Who answers for it.")
@click.option("--from-container", metavar="URL", help="docker-daemon:// or podman://container/ID.")
@click.option("--from-dir", metavar="DIR", help="The whole file system; what differs is kept.")
@click.option("--from-tar", metavar="FILE", help="The layer, as it is; - reads standard input.")
@click.option(
    "--parent",
    default="",
    metavar="IMAGE",
    shell_complete=flags.image_names,
    help="The installed image it stands on.",
)
@click.option("--entrypoint", metavar="WORDS", help="The command that is always run.")
@click.option("--cmd", metavar="WORDS", help="Its arguments, or the command.")
@click.option("--env", multiple=True, metavar="NAME=VALUE", help="Set a variable.")
@click.option("--label", multiple=True, metavar="NAME=VALUE", help="Set a label.")
@click.option("--workdir", metavar="PATH", help="The folder the command starts in.")
@click.option("--user", metavar="USER", help="Who runs it.")
@click.option("--platform", metavar="OS/ARCH", help="Which of the parent's, or what it is for.")
@flags.force_flag
@flags.columns_flag
@flags.ticket_flag
@click.pass_obj
def command(invocation: Invocation, /, named: tuple[str, ...], **told: Any) -> None:
    """Make an image of a folder, an archive or a container, and install it.

    A CONTAINER before the NAME is --from-container, as in `docker commit`.
    WORDS are read as a shell does, or as a JSON list. With SOURCE_DATE_EPOCH the same files give
    the same image: ferry new app --version 1.0 --publisher Demo --from-dir rootfs --parent base
    """
    image_grid((), told["columns"])  # an unknown column is refused before anything is done
    name = named[-1]
    if len(named) > 1:
        told["from_container"] = _container(named, told)
    wish = _wish(name, told, invocation.environ)
    with invocation.host(ticket=told["ticket"]) as host:
        image = host.new(wish)
        rows = shown((image,), host.tags())
    documents = [{**image_document(row.image, row.tags), "outcome": "made"} for row in rows]
    invocation.output.answer(image_grid(rows, told["columns"]), documents)


def _container(named: tuple[str, ...], told: Mapping[str, Any]) -> str:
    """Return the container that is named before the image, as `docker commit` has it."""
    if len(named) > 2 or told["from_container"]:
        raise UsageError(
            f"of {' '.join(named)!r} only the last can be the name of the image",
            hint="write ferry commit CONTAINER NAME, or ferry new NAME --from-container CONTAINER",
        )
    return named[0]


def _wish(name: str, told: Mapping[str, Any], environ: Mapping[str, str]) -> NewImage:
    from ...oci import RunChanges
    from ...operations.new_wishes import NewImage

    archive = told["from_tar"]
    return NewImage(
        name=name,
        version=told["version"],
        publisher=told["publisher"],
        container=told["from_container"] or "",
        folder=_path(told["from_dir"]) if told["from_dir"] else None,
        archive=sys.stdin.buffer if archive == "-" else _path(archive) if archive else None,
        parent=told["parent"],
        platform=_platform(told["platform"]),
        changes=RunChanges(
            entrypoint=words("--entrypoint", told["entrypoint"]),
            cmd=words("--cmd", told["cmd"]),
            env=assignments("--env", told["env"]),
            labels=assignments("--label", told["label"]),
            working_dir=told["workdir"],
            user=told["user"],
        ),
        newest=epoch(environ),
        force=told["force"],
    )


def _path(text: str) -> Path:
    """Return the path that *text* is; after ``=`` a shell leaves ``~`` as it is."""
    return Path(os.path.expanduser(text))


def _platform(text: str | None) -> Platform | None:
    if text is None:
        return None
    from ...platforms import Platform

    platform = Platform.parse(text)
    if platform.os != "linux":
        raise UsageError(
            f"new images are made for Linux only, not for {platform}", hint="say linux/ARCH"
        )
    return platform
