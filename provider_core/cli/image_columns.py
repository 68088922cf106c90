"""The columns that installed images and offers are shown in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .grid import Column, Grid, choose
from .units import size

if TYPE_CHECKING:
    from ..model import Hold, ImageKey, Installed, Package, Pin, Tag

__all__ = ["Shown", "held", "image_grid", "none_fits", "offer_grid", "pin_digest", "shown"]


class Shown(NamedTuple):
    """An installed image, its further names, and its hold."""

    image: Installed
    tags: tuple[Tag, ...] = ()
    hold: Hold | None = None


IMAGE_COLUMNS = (
    Column(name="Name", text=lambda row: row.image.name),
    Column(name="Publisher", text=lambda row: row.image.publisher),
    Column(name="Version", text=lambda row: row.image.version),
    Column(name="IsOSImage", text=lambda row: str(row.image.is_os_image)),
    Column(name="ParentImage", text=lambda row: str(row.image.parent or "")),
    Column(name="Platform", text=lambda row: _platforms(row.image)),
    Column(name="Digest", text=lambda row: pin_digest(row.image.content.root)),
    Column(name="Id", text=lambda row: str(row.image.image_id)),
    Column(name="Size", text=lambda row: size(row.image.size)),
    Column(name="Provider", text=lambda row: row.image.package.id.provider),
    Column(name="Source", text=lambda row: row.image.package.id.source),
    Column(name="Tags", text=lambda row: ", ".join(f"{tag.name}:{tag.tag}" for tag in row.tags)),
    Column(name="Held", text=lambda row: held(row.hold)),
    Column(name="Created", text=lambda row: row.image.created),
    Column(name="InstalledAt", text=lambda row: row.image.installed_at),
)
IMAGE_USUAL = "Name,Publisher,Version,IsOSImage"

OFFER_COLUMNS = (
    Column(name="Name", text=lambda row: row.name),
    Column(name="Version", text=lambda row: row.version),
    Column(name="Source", text=lambda row: row.id.source),
    Column(name="Description", text=lambda row: row.summary),
    Column(name="Publisher", text=lambda row: row.publisher),
    Column(
        name="IsOSImage", text=lambda row: "" if row.is_os_image is None else str(row.is_os_image)
    ),
    Column(name="ParentImage", text=lambda row: str(row.parent or "")),
    Column(name="Platform", text=lambda row: _offered_platforms(row)),
    Column(name="Digest", text=lambda row: pin_digest(row.pin)),
    Column(name="Size", text=lambda row: size(row.size)),
    Column(name="Published", text=lambda row: row.published),
    Column(name="Provider", text=lambda row: row.id.provider),
)
OFFER_USUAL = "Name,Version,Source,Description"


def pin_digest(pin: Pin) -> str:
    """Return the digest of what *pin* pins, '' for files that were not read whole."""
    from ..model import FileStamp

    return "" if isinstance(pin, FileStamp) else str(pin.digest)


def held(hold: Hold | None) -> str:
    """Return why an image is held, '' if it is not."""
    return "" if hold is None else hold.reason or "no reason given"


def shown(
    images: Iterable[Installed], tags: Iterable[Tag], holds: Iterable[Hold] = ()
) -> tuple[Shown, ...]:
    """Return *images* with those of *tags* and *holds* that are theirs."""
    by_image = {hold.image: hold for hold in holds}
    named: dict[ImageKey, list[Tag]] = {}
    for tag in tags:
        named.setdefault(tag.image, []).append(tag)
    return tuple(
        Shown(image=image, tags=tuple(named.get(image.key, ())), hold=by_image.get(image.key))
        for image in images
    )


def image_grid(rows: Sequence[Shown], columns: str = "") -> Grid:
    """Return the table of installed images; UsageError for an unknown column."""
    return Grid(columns=choose(IMAGE_COLUMNS, columns, IMAGE_USUAL), rows=tuple(rows))


def offer_grid(packages: Sequence[Package], columns: str = "") -> Grid:
    """Return the table of offers; UsageError for an unknown column."""
    return Grid(columns=choose(OFFER_COLUMNS, columns, OFFER_USUAL), rows=tuple(packages))


def none_fits(pattern: str) -> str:
    """Return what is told where no image is listed; '' is no pattern."""
    return f"no installed image is called {pattern!r}" if pattern else "no image is installed"


def _platforms(image: Installed) -> str:
    return ", ".join(map(str, image.platforms))


def _offered_platforms(package: Package) -> str:
    own = package.id.platform
    return str(own) if own else ", ".join(map(str, package.platforms))
