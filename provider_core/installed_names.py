"""Which installed images a name means: pure, over the images and the user's tags.

A name without a version means what Docker's users expect: `latest`, if the user gave that tag or
an image has that version, else whatever is called so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .digests import Digest
from .model import Installed, Query, Tag
from .oci import Descriptor
from .references import Name, name_key

__all__ = ["LATEST", "fulfils", "images_named", "names_of", "own_name"]

LATEST = "latest"
"""The tag that a name without one means (Docker's rule)."""


def images_named(
    name: Name, images: Iterable[Installed], tags: Sequence[Tag]
) -> tuple[Installed, ...]:
    """Return the images that *name* means; a tag of the user's comes before a version so called.

    A pattern means every image whose name fits; several versions are several answers.
    """
    images = tuple(images)
    free = Query.of(name) == Query(name=name.name) and not name.has_wildcard
    if name.tag or free:
        tagged = {tag.image for tag in tags if _is_called(tag, name, name.tag or LATEST)}
        if tagged:
            meant = (image for image in images if image.key in tagged)
            return tuple(image for image in meant if _has_digest(image, name.digest))
    found = tuple(image for image in images if _answers(image, name))
    if not found and name.tag == LATEST:  # what has no version is called so, see `own_name`
        bare = replace(name, tag="")
        return tuple(image for image in images if not image.version and _answers(image, bare))
    latest = tuple(image for image in found if image.version == LATEST)
    return latest if free and latest else found


def fulfils(image: Installed, name: Name, tags: Sequence[Tag]) -> bool:
    """Whether *image* will do where *name* is required, under any of its names."""
    if _answers(image, name):
        return True
    mine = (tag for tag in tags if tag.image == image.key)
    return _has_digest(image, name.digest) and any(
        _is_called(tag, name, name.tag) for tag in mine if name.tag
    )


def names_of(image: Installed, tags: Iterable[Tag]) -> tuple[str, ...]:
    """Return ``name:tag`` for each name of *image*, its version first."""
    own = own_name(image)
    others = [f"{tag.name}:{tag.tag}" for tag in tags if tag.image == image.key]
    return tuple(dict.fromkeys((own, *others)))


def own_name(image: Installed) -> str:
    """Return ``name:version``, which means *image* alone unless a tag is called so."""
    return f"{image.name}:{image.version or LATEST}"


def _is_called(tag: Tag, name: Name, text: str) -> bool:
    return name_key(tag.name) == name_key(name.name) and tag.tag == text


def _answers(image: Installed, name: Name) -> bool:
    query = replace(Query.of(name, prereleases=True), digest=None)
    return query.wants(image.package) and _has_digest(image, name.digest)


def _has_digest(image: Installed, digest: Digest | None) -> bool:
    """Whether *image* may be asked for by *digest*: that of its pin, its root or its config."""
    if digest is None:
        return True
    pins = (image.package.pin, image.content.root)
    return digest == image.image_id or any(
        isinstance(pin, Descriptor) and pin.digest == digest for pin in pins
    )
