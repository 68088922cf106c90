"""load: installed images into a container engine, streamed, and only what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from ..context import Outlet
from ..digests import Digest
from ..engines import Engine, EngineImage
from ..engines.names import familiar
from ..errors import EngineRefused, NotSupported
from ..installed_names import names_of
from ..model import Held, Installed, Verb
from ..oci import Descriptor, Manifest
from ..oci.media_types import is_config, is_manifest
from ..platforms import Platform, PlatformSet, best, nothing_for
from ..pouring import select_image
from ..references import lower_form, tag_form
from .calls import open_call
from .destinations import find_stream
from .facts import selection_of
from .piping import piped

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["Loaded", "Outcome", "load"]


class Outcome(Enum):
    """What loading an image came to."""

    LOADED = "loaded"
    """Its bytes went to the engine."""
    TAGGED = "tagged"
    """The engine had it, under other names."""
    KEPT = "kept"
    """The engine had it, under these names too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What `load` did with one image."""

    image: Installed
    engine: str
    names: tuple[str, ...]
    """``repository:tag`` as engines know it."""
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cargo:
    """An image on its way: the one platform that the engine runs."""

    image: Installed
    platform: Platform
    digests: frozenset[Digest]
    """Of its config and its manifest; an index would be that of other platforms too."""
    names: tuple[str, ...]


def load(resources: Resources, images: Sequence[Installed], engine_name: str) -> tuple[Loaded, ...]:
    """Bring *images* into an engine under their names; one that it has only gets its names.

    What it lacks goes in one stream, a layer that several share once, and is looked for there
    afterwards.  Raises EngineSilent, EngineRefused, NotSupported for an image that its
    platform cannot run, UsageError.
    """
    engine = resources.engines.meant(engine_name)
    platform = engine.version().platform.normalized
    cargo = [_cargo(resources, image, platform) for image in images]
    here = engine.images()
    lacking = [one for one in cargo if _held(one, here) is None]
    if lacking:
        _stream(resources, engine, lacking)
        here = engine.images()
    return tuple(_named(engine, one, here, was_lacking=one in lacking) for one in cargo)


def _cargo(resources: Resources, image: Installed, platform: Platform) -> _Cargo:
    """Return what of *image* an engine on *platform* takes."""
    root = image.content.root
    if not isinstance(root, Descriptor):
        raise NotSupported(f"{image.name} is kept as a file, which no engine takes")
    chosen = best(image.platforms, platform)
    if chosen is None:
        raise nothing_for(PlatformSet.of(platform), image.platforms)
    selection_of(image.content, resources.store)  # whole, or BlobNotFound
    wanted = image.platforms[chosen]
    tags = resources.catalog.tags()
    return _Cargo(
        image=image,
        platform=wanted,
        digests=frozenset(_known_by(resources, root, wanted)),
        names=tuple(dict.fromkeys(map(_engine_name, names_of(image, tags)))),
    )


def _known_by(resources: Resources, root: Descriptor, platform: Platform) -> list[Digest]:
    """Return the digests of the manifest for *platform* and of its config."""
    store = resources.store
    selection = select_image(root, store.read, PlatformSet.of(platform), available=store.has)
    for descriptor in selection.descriptors:
        if is_manifest(descriptor.media_type):
            manifest = Manifest.parse(store.read(descriptor), media_type=descriptor.media_type)
            if is_config(manifest.config.media_type) and not manifest.artifact_type:
                return [descriptor.digest, manifest.config.digest]
    raise NotSupported(
        f"{root.digest} is an artifact, not an image that runs", hint="save it to a file"
    )


def _engine_name(name: str) -> str:
    repository, _, tag = name.rpartition(":")
    return f"{lower_form(repository)}:{tag_form(tag)}"


def _held(cargo: _Cargo, here: Sequence[EngineImage]) -> EngineImage | None:
    return next((image for image in here if cargo.digests & image.digests), None)


def _stream(resources: Resources, engine: Engine, cargo: Sequence[_Cargo]) -> None:
    """Let the provider of streams write, and the engine read, at the same time."""
    target = find_stream(resources)
    held = [_as_held(resources, one) for one in cargo]
    with resources.store.lease() as lease:
        for one in held:
            lease.add(blob.digest for blob in resources.store.reach(one.content.blobs))

        def produce(outlet: Outlet) -> None:
            call = open_call(resources, target.provider, verb=Verb.SAVE, sink=outlet)
            resources.dispatcher.save(
                target.provider, held, target.location, call.reader, call.context, call.signs
            )

        piped(produce, engine.load)


def _as_held(resources: Resources, cargo: _Cargo) -> Held:
    image = cargo.image
    return Held(
        package=image.package,
        content=image.content,
        names=names_of(image, resources.catalog.tags()),
        platforms=(cargo.platform,),
    )


def _named(
    engine: Engine, cargo: _Cargo, here: Sequence[EngineImage], *, was_lacking: bool
) -> Loaded:
    """See to it that the engine has *cargo* under all its names."""
    found = _held(cargo, here)
    name = engine.address.name
    if found is None:
        raise EngineRefused(
            name, f"keep {cargo.image.name}", "it took the archive, and does not have the image"
        )
    known = set(map(familiar, found.names))
    missing = [one for one in cargo.names if familiar(one) not in known]
    for one in missing:
        engine.tag(found, one)
    outcome = Outcome.TAGGED if missing else Outcome.KEPT
    return Loaded(
        image=cargo.image,
        engine=name,
        names=cargo.names,
        outcome=Outcome.LOADED if was_lacking else outcome,
    )
