"""What stands in the way of removing images: dependents, holds, containers of this host."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..digests import Digest
from ..errors import IntegrityError, InUse
from ..installed_names import own_name
from ..model import Hold, ImageKey, Installed
from ..oci import Descriptor
from ..oci.media_types import is_config, is_index, is_manifest
from ..parents import Family
from .engine_users import ImageUser

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["Obstacle", "Users", "obstacles", "refuse", "users_of"]

Users = Mapping[ImageKey, tuple[ImageUser, ...]]
"""The containers that use each image; images without any are absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """One reason why an image stays."""

    by: str
    """Who needs it: an image, a hold, a container."""
    hint: str
    """How to get it out of the way."""


def obstacles(
    going: Sequence[Installed], family: Family, holds: Sequence[Hold], users: Users
) -> Mapping[ImageKey, tuple[Obstacle, ...]]:
    """Return what is in the way of each image of *going*, if all of them went at once.

    Those that may go are absent.
    """
    held = {hold.image: hold for hold in holds}
    dependents = family.dependents(going)
    found = {
        image.key: (
            *_of_hold(image, held.get(image.key)),
            *_of_dependents(dependents.get(str(image.key), ())),
            *_of_containers(users.get(image.key, ())),
        )
        for image in going
    }
    return {key: reasons for key, reasons in found.items() if reasons}


def refuse(going: Sequence[Installed], found: Mapping[ImageKey, Sequence[Obstacle]]) -> None:
    """Raise InUse for the first image of *going* that has something in its way."""
    for image in going:
        reasons = found.get(image.key)
        if reasons:
            ways = "; ".join(dict.fromkeys(reason.hint for reason in reasons))
            raise InUse(
                f"{image.name} {image.version}".rstrip(),
                [reason.by for reason in reasons],
                hint=f"{ways}; --force removes the name alone",
            )


def users_of(
    resources: Resources, images: Sequence[Installed], ignore: Collection[str] = ()
) -> Users:
    """Ask the engines of this host which containers use *images*, by all of their digests.

    Raises StoreError if a configured engine, not in *ignore*, does not answer.
    """
    owners: dict[Digest, list[ImageKey]] = {}
    for image in images:
        for digest in _known_as(resources, image):
            owners.setdefault(digest, []).append(image.key)
    found: dict[ImageKey, dict[ImageUser, None]] = {}
    if owners:
        for user in resources.engine_users(owners.keys(), ignore=ignore):
            for key in owners.get(user.image, ()):
                found.setdefault(key, {})[user] = None
    return {key: tuple(users) for key, users in found.items()}


def _known_as(resources: Resources, image: Installed) -> set[Digest]:
    """Return every digest that an engine may know *image* by; of a damaged one those in its row."""
    pins = (image.package.pin, image.content.root)
    roots = [pin for pin in pins if isinstance(pin, Descriptor)]
    known = {image.image_id, *(root.digest for root in roots)}
    try:
        blobs = resources.store.reach(roots)
    except IntegrityError:
        return known
    return known | {blob.digest for blob in blobs if _names_an_image(blob.media_type)}


def _names_an_image(media_type: str) -> bool:
    return is_index(media_type) or is_manifest(media_type) or is_config(media_type)


def _of_hold(image: Installed, hold: Hold | None) -> list[Obstacle]:
    if hold is None:
        return []
    reason = hold.reason or "no reason given"
    hint = f"let go of it: `ferry unhold {own_name(image)}`"
    return [Obstacle(by=f"a hold ({reason})", hint=hint)]


def _of_dependents(images: Sequence[Installed]) -> list[Obstacle]:
    return [
        Obstacle(by=f"{image.name} {image.version}".rstrip(), hint="uninstall the dependents first")
        for image in images
    ]


def _of_containers(users: Sequence[ImageUser]) -> list[Obstacle]:
    return [
        Obstacle(by=by, hint="remove the containers, or --ignore-engine NAME")
        for by in dict.fromkeys(map(str, users))  # known by config and by manifest: one container
    ]
