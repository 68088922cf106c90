"""Packages of the images in a file, listed from its header and XML alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from provider_core.errors import DocumentError
from provider_core.model import FileMark, FileStamp, Package, PackageId

from .filetime import to_iso
from .image import EDITION, FLAGS, INDEX, platform_of
from .media import PROVIDER, WIM
from .reading import Listing
from .tree import WimImage

__all__ = ["offer"]

_MOST_NAME: Final = 512


def offer(
    image: WimImage,
    paths: Sequence[Path],
    listing: Listing,
    *,
    source: str,
    architecture: str,
    publisher: str = "",
) -> Package:
    """Return the package of one image of a file; *paths* are all its parts, in order.

    An image without a name is called as its file; *architecture* is for one that does not say
    it, *publisher* is what the user says.  Raises OSError if a file cannot be looked at,
    DocumentError for what can be no name.
    """
    marks = tuple(map(FileMark.of, paths))
    stamp = FileStamp(files=marks, media_type=WIM, digest=listing.digest, selector=str(image.index))
    platform = platform_of(image, architecture)
    said = {INDEX: str(image.index), EDITION: image.edition, FLAGS: image.flags}
    return Package(
        id=PackageId(
            provider=PROVIDER,
            source=source,
            name=_checked(image.name or paths[0].stem),
            version=image.version,
            platform=platform,
        ),
        pin=stamp,
        platforms=(platform,),
        publisher=publisher,
        summary=image.description or image.display_name,
        is_os_image=True,
        size=stamp.size,
        published=to_iso(image.created),
        annotations={key: value for key, value in said.items() if value},
    )


def _checked(name: str) -> str:
    if len(name) > _MOST_NAME or not name.isprintable():
        raise DocumentError(f"{name[:80]!r} is no name", what="image name")
    return name
