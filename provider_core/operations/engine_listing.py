"""engine list, and what an engine holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..digests import Digest
from ..engines import EngineAddress, EngineImage, EngineVersion
from ..errors import EngineSilent, Error
from ..model import Installed
from ..oci import Descriptor

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["EngineRow", "HeldImage", "engine_images", "engine_rows", "known_digests"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRow:
    """A line of `ferry engine list`."""

    address: EngineAddress
    version: EngineVersion | None
    """None if it does not answer."""
    silence: Error | None = None
    """Why not, and what to start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldImage:
    """An image that an engine holds, and what it is here."""

    image: EngineImage
    installed: tuple[Installed, ...]
    """The installed images of the same content."""


def engine_rows(resources: Resources) -> tuple[EngineRow, ...]:
    """Ask every engine who it is."""
    return tuple(_row(resources, address) for address in resources.engines.addresses())


def engine_images(resources: Resources, engine: str) -> tuple[HeldImage, ...]:
    """Return what *engine* holds, in its own order.  Raises EngineSilent, UsageError."""
    here = known_digests(resources)
    found = []
    for image in resources.engines.get(engine).images():
        known = {one.key: one for digest in image.digests for one in here.get(digest, ())}
        found.append(HeldImage(image=image, installed=tuple(known.values())))
    return tuple(found)


def known_digests(resources: Resources) -> Mapping[Digest, tuple[Installed, ...]]:
    """Return the installed images by every digest that an engine may know them by."""
    found: dict[Digest, tuple[Installed, ...]] = {}
    for image in resources.catalog.installed():
        root = image.content.root
        roots = (root.digest,) if isinstance(root, Descriptor) else ()
        for digest in dict.fromkeys((image.image_id, *roots)):
            found[digest] = (*found.get(digest, ()), image)
    return found


def _row(resources: Resources, address: EngineAddress) -> EngineRow:
    try:
        version = resources.engines.get(address.name).version()
    except EngineSilent as error:
        return EngineRow(address=address, version=None, silence=error)
    return EngineRow(address=address, version=version)
