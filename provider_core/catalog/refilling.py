"""A catalog made anew: from records, and from what can still be read of the old one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import IntegrityError, StoreError
from ..model import FileStamp, Hold, Installed, Source, Tag
from .catalog_file import CatalogFile
from .changing import CatalogChange
from .rows import all_holds, all_images, all_sources, all_tags

__all__ = ["Salvaged", "refill", "salvaged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvaged:
    """What no record says, from the old catalog."""

    sources: tuple[Source, ...] = ()
    holds: tuple[Hold, ...] = ()
    local: tuple[tuple[Installed, tuple[Tag, ...]], ...] = ()
    """Images that are local files, which have no record, and their tags."""


def salvaged(file: CatalogFile) -> Salvaged:
    """Return what the old catalog can still say; nothing if it cannot be read."""
    try:
        with file.reading() as connection:
            tags = all_tags(connection)
            return Salvaged(
                sources=all_sources(connection),
                holds=all_holds(connection),
                local=tuple(
                    (image, tuple(tag for tag in tags if tag.image == image.key))
                    for image in all_images(connection)
                    if isinstance(image.content.root, FileStamp)
                ),
            )
    except (StoreError, IntegrityError):  # what is damaged is why it is made anew
        return Salvaged()


def refill(
    change: CatalogChange, records: Iterable[tuple[Installed, tuple[Tag, ...]]], old: Salvaged
) -> None:
    """Put everything into an empty catalog; of two records for one image the later counts."""
    found = sorted(records, key=lambda one: one[0].installed_at)
    for image, _ in (*found, *old.local):
        change.put_image(image)
    for image, tags in (*found, *old.local):
        for tag in tags:
            if tag.image == image.key:
                change.put_tag(tag)
    for source in old.sources:
        change.put_source(source)
    for hold in old.holds:
        if change.image(hold.image) is not None:
            change.put_hold(hold)
