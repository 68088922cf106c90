"""ferry feed add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from provider_core.cli import flags
from provider_core.cli.common import ferry_command
from provider_core.cli.image_columns import offer_grid
from provider_core.cli.invocation import Invocation
from provider_core.cli.units import size
from provider_core.errors import UsageError
from provider_core.model import Held
from provider_core.store import Reader

from ..publishable import Publishable, Remarks, of_files, of_held, read_parent
from ..publishing import Added, add_images, opened
from .documents import COLUMNS, published_document
from .key_flags import feed_argument, keyring_of, lock_seconds, signing_flags

__all__ = ["command"]


@ferry_command(name="add")
@feed_argument
@click.argument(
    "images", nargs=-1, required=True, metavar="IMAGE…", shell_complete=flags.image_names
)
@click.option("--name", metavar="NAME", help="Publish the image under this name.")
@click.option("--version", "said_version", metavar="VERSION", help="Publish it as this version.")
@click.option("--publisher", metavar="TEXT", help="Who made it.")
@click.option("--description", metavar="TEXT", help="One line about it.")
@click.option("--os-image/--no-os-image", default=None, help="Whether it is a base OS image.")
@click.option("--parent", metavar="NAME:VERSION", help="The image that it was made from.")
@click.option("--media-type", metavar="TYPE", help="Publish files of this type, as artifacts.")
@click.option("--source", default="", metavar="NAME", help="Take what is not installed from here.")
@flags.platform_flags
@flags.force_flag
@signing_flags
@click.pass_obj
def command(invocation: Invocation, /, feed: Path, images: tuple[str, ...], **told: Any) -> None:
    """Publish IMAGEs in the feed in the folder PATH, all in one publication.

    An IMAGE is the name of an installed image, or of one that a source has, an archive or a layout
    folder; with --media-type any file, as an artifact. What an image requires is published too.
    Readers see all of it or nothing.
    """
    keyring = keyring_of(invocation, told)
    remarks, now = _remarks(told), invocation.clock()
    with ExitStack() as stack:
        if told["media_type"]:
            found = _files(images, told["media_type"], remarks, now)
        else:
            host = stack.enter_context(invocation.host())
            gathered = stack.enter_context(host.gather(*images, wishes=flags.wishes_from(told)))
            found = _images(gathered.images, gathered.requested, gathered.reader, remarks, now)
        with opened(
            feed, keyring, clock=invocation.clock, lock_seconds=lock_seconds(invocation)
        ) as publisher:
            added = add_images(publisher, found, force=told["force"])
            version = publisher.publish().version if added.new else publisher.version
    _tell(invocation, feed, version, added)


def _remarks(told: Mapping[str, Any]) -> Remarks:
    return Remarks(
        name=told["name"],
        version=told["said_version"],
        publisher=told["publisher"],
        summary=told["description"],
        is_os_image=told["os_image"],
        parent=None if told["parent"] is None else read_parent(told["parent"]),
    )


def _files(
    paths: tuple[str, ...], media_type: str, remarks: Remarks, now: datetime
) -> list[Publishable]:
    _check_alone(len(paths), remarks)
    return [of_files(Path(path).expanduser(), media_type, remarks, now) for path in paths]


def _images(
    images: Sequence[Held], asked: int, reader: Reader, remarks: Remarks, now: datetime
) -> list[Publishable]:
    """Return *images*; what the publisher says is said of those that were *asked* for."""
    _check_alone(asked, remarks)
    return [
        of_held(held, reader, remarks if number < asked else Remarks(), now)
        for number, held in enumerate(images)
    ]


def _check_alone(count: int, remarks: Remarks) -> None:
    """Raise UsageError for a name that several images would have."""
    if count > 1 and remarks.name is not None:
        raise UsageError(
            f"{count} images cannot all be called {remarks.name!r}",
            hint="add them one after the other",
            count=count,
        )


def _tell(invocation: Invocation, feed: Path, version: int, added: Added) -> None:
    document = published_document(
        feed, version, added=added.new, kept=added.same, copied=added.copied
    )
    invocation.output.answer(offer_grid(added.new, COLUMNS), [document])
    for package in added.same:
        invocation.output.notice(f"{package} is in the feed already")
    if added.new:
        invocation.output.notice(f"publication {version}: {size(added.copied)} copied")
