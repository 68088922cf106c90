"""ferry show."""

from __future__ import annotations

import click

from ...model import Installed
from .. import flags
from ..common import ferry_command
from ..image_columns import Shown, held, pin_digest, shown
from ..invocation import Invocation
from ..schema import Document, image_document
from ..units import size

__all__ = ["command"]


@ferry_command(name="show")
@flags.image_argument
@click.pass_obj
def command(invocation: Invocation, request: str) -> None:
    """Show everything that is known of an installed image.

    IMAGE is a name, a name and version, one of its tags, a digest, or the beginning of its id.
    """
    with invocation.host() as host:
        (row,) = shown([host.show(request)], host.tags(), host.holds())
        needed_by = [f"{image.name} {image.version}" for image in host.dependents(request)]
    invocation.output.facts(_facts(row, needed_by), _document(row, needed_by))


def _document(row: Shown, needed_by: list[str]) -> Document:
    image = row.image
    return {
        **image_document(*row),
        "summary": image.package.summary,
        "layers": [str(digest) for digest in image.diff_ids],
        "facts": dict(image.content.facts),
        "annotations": dict(image.package.annotations),
        "needed_by": needed_by,
    }


def _facts(row: Shown, needed_by: list[str]) -> list[tuple[str, str]]:
    image = row.image
    identity = image.package.id
    return [
        ("Name", image.name),
        ("Version", image.version),
        ("Publisher", image.publisher),
        ("Description", image.package.summary),
        ("IsOSImage", str(image.is_os_image)),
        ("ParentImage", str(image.parent or "")),
        ("NeededBy", ", ".join(needed_by)),
        ("Platform", ", ".join(map(str, image.platforms))),
        ("Digest", pin_digest(image.content.root)),
        ("Id", str(image.image_id)),
        ("Size", f"{size(image.size)} ({image.size} bytes)"),
        ("Layers", str(len(image.diff_ids))),
        ("Tags", ", ".join(f"{tag.name}:{tag.tag}" for tag in row.tags)),
        ("Held", held(row.hold)),
        ("Created", image.created),
        ("InstalledAt", image.installed_at),
        ("From", f"{identity.provider} {identity.source}".rstrip()),
        *_stated(image),
    ]


def _stated(image: Installed) -> list[tuple[str, str]]:
    """Return what its source and content say of it, shown and never trusted."""
    return sorted({**image.package.annotations, **image.content.facts}.items())
