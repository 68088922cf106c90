"""A container as an image: its engine makes one, which is read out and removed there again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..engines import Engine, EngineImage
from ..errors import NotSupported, UsageError
from ..model import Action, Content, Installed, Plan, Step
from ..oci import Descriptor, ImageConfig, Manifest
from ..platforms import Platform, PlatformSet, best
from ..references import FilePath, Name, Uri, parse_reference
from ..store import Lease
from .bringing import bring
from .engine_requests import ENGINE_SCHEMES
from .new_base import Base, base_of
from .new_layers import repacked
from .resolving import resolve
from .wishes import Wishes

if TYPE_CHECKING:
    from .new_wishes import NewImage
    from .resources import Resources

__all__ = ["Committed", "committed"]

_START = "container/"
_FORM = "write docker-daemon://container/ID or podman://container/ID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """What came of a container."""

    config: ImageConfig
    platform: Platform
    layers: tuple[Descriptor, ...]
    """The parent's as they are here, then what the container has changed, packed."""
    parent: Installed | None
    """The installed image that most of its layers are of; None if there is none."""


def committed(resources: Resources, lease: Lease, wish: NewImage) -> Committed:
    """Bring what ``wish.container`` is now into the store.

    Raises UsageError, NotFoundError if there is no such container, EngineSilent, EngineRefused,
    NotSupported for Windows.
    """
    engine, container = _meant(resources, wish.container)
    image = engine.commit(container)
    try:
        content = _brought(resources, lease, engine, image, wish)
    finally:
        engine.remove(image)
    root, store = content.root, resources.store
    assert isinstance(root, Descriptor), "an archive's image is in the store"
    manifest = Manifest.parse(store.read(root), media_type=root.media_type)
    config = ImageConfig.parse(store.read(manifest.config))
    platform = config.platform
    if platform is None or platform.os != "linux":
        raise NotSupported(
            f"{wish.container} is no Linux container, and only of these new images are made",
            hint="build it on Windows with `docker commit`, and install the result",
        )
    base = _base(resources, config, platform)
    below = base.layers if base else ()
    lease.add(layer.digest for layer in below)
    writer = store.writer(lease)
    above = [repacked(resources, writer, layer) for layer in manifest.layers[len(below) :]]
    return Committed(
        config=config,
        platform=platform,
        layers=(*below, *(one.descriptor for one in above)),
        parent=base.image if base else None,
    )


def _meant(resources: Resources, text: str) -> tuple[Engine, str]:
    """Return the engine and its container; an id or name alone is one of the only engine."""
    reference = parse_reference(text)
    if isinstance(reference, Name) and reference.name == text:
        engines = [address.name for address in resources.engines.addresses()]
        if len(engines) != 1:
            known = ", ".join(engines) or "none"
            raise UsageError(
                f"{text!r} does not say which engine's container it is; there is {known}",
                hint=_FORM,
            )
        return resources.engines.get(engines[0]), text
    if (
        not isinstance(reference, Uri)
        or reference.scheme not in ENGINE_SCHEMES
        or not reference.rest.removeprefix(_START)
        or not reference.rest.startswith(_START)
    ):
        raise UsageError(f"{text!r} names no container", hint=_FORM)
    engine = resources.engines.get(ENGINE_SCHEMES[reference.scheme])
    return engine, reference.rest.removeprefix(_START)


def _brought(
    resources: Resources, lease: Lease, engine: Engine, image: EngineImage, wish: NewImage
) -> Content:
    """Pour the image that the engine made into the store, through whoever reads its archive."""
    path = FilePath(path=str(resources.exports.fetch(engine, image, "")))
    wishes = Wishes(options={"name": wish.name, "version": wish.version})
    steps = tuple(
        Step(action=Action.INSTALL, package=chosen.package, source=None, reason="requested")
        for chosen in resolve(resources, str(path), wishes)
    )
    plan = Plan(verb="new", steps=steps, free=resources.free_bytes())
    brought, _ = bring(resources, plan, wishes, PlatformSet.all(), lease)
    return brought[0].content


def _base(resources: Resources, config: ImageConfig, platform: Platform) -> Base | None:
    """Return the installed image that has the most of *config*'s layers, from the bottom.

    Of an image with several platforms the one whose layers they are.
    """
    chain = config.diff_ids
    fitting = [
        image
        for image in resources.catalog.installed()
        if image.diff_ids and image.diff_ids == chain[: len(image.diff_ids)]
    ]
    for image in sorted(fitting, key=lambda image: len(image.diff_ids), reverse=True):
        place = best(image.platforms, platform)
        if place is not None:
            base = base_of(resources, image, image.platforms[place])
            if base.config.diff_ids == image.diff_ids:
                return base
    return None
