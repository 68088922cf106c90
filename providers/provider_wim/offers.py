"""Packages of the images in a file, listed from its header and XML alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from provider_core.errors import DocumentError
from provider_core.model import FileMark, FileStamp, Package, PackageId

from .choosing import candidates
from .filetime import to_iso
from .image import EDITION, FLAGS, INDEX, platform_of
from .media import PROVIDER, WIM
from .reading import Listing
from .tree import WimImage

__all__ = ["offers"]

_MOST_NAME: Final = 512


def offers(
    paths: Sequence[Path], listing: Listing, *, source: str, architecture: str
) -> tuple[Package, ...]:
    """Return a package for each image that can be installed; *paths* are all parts, in order.

    An image without a name is called as its file; *architecture* is for one that does not say
    it.  Raises OSError if a file cannot be looked at, DocumentError for what can be no name.
    """
    marks = tuple(map(FileMark.of, paths))
    return tuple(
        _offer(image, marks, listing, source=source, architecture=architecture, path=paths[0])
        for image in candidates(listing.images)
    )


def _offer(
    image: WimImage,
    marks: tuple[FileMark, ...],
    listing: Listing,
    *,
    source: str,
    architecture: str,
    path: Path,
) -> Package:
    stamp = FileStamp(files=marks, media_type=WIM, digest=listing.digest, selector=str(image.index))
    platform = platform_of(image, architecture)
    said = {INDEX: str(image.index), EDITION: image.edition, FLAGS: image.flags}
    return Package(
        id=PackageId(
            provider=PROVIDER,
            source=source,
            name=_checked(image.name or path.stem),
            version=image.version,
            platform=platform,
        ),
        pin=stamp,
        platforms=(platform,),
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
