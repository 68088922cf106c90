"""Packages of an OCI layout, in a folder or an archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from provider_core.model import Package
from provider_core.oci import Descriptor, Index, Manifest, parse_root
from provider_core.oci.annotations import CONTAINERD_NAME, REF_NAME
from provider_core.oci.json_document import DOCUMENT_LIMIT
from provider_core.oci.layout import blob_path
from provider_core.platforms import PlatformSet
from provider_core.pouring import Selection, select_image

from .docker_images import DOCKER_INDEX, parse_docker_index
from .holders import Holder, read_file
from .layout import Layout
from .names import checked, image_name, is_bare
from .origin import Origin
from .travel import IMAGE_NAME, IMAGE_VERSION, LOCATION, facts_of

__all__ = ["Wants", "list_layout"]

Wants = Callable[[str], bool]
"""Whether images of a name are asked for."""


def list_layout(holder: Holder, origin: Origin, wants: Wants) -> Iterator[Package]:
    """Yield a package for each wanted name of each image that index.json lists.

    Of an image that nobody wants no more is read than its name needs.  Raises as `Layout` and
    `select_image` do.
    """
    layout = Layout(holder)
    tags = _docker_tags(holder)
    for descriptor in layout.images():
        names = [pair for pair in _names(layout, descriptor, tags, origin) if wants(pair[0])]
        if names:
            entry = _entry(layout, descriptor)
            for name, version in names:
                yield _package(entry, name, version, origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A line of index.json, and what it leads to."""

    descriptor: Descriptor
    root: Manifest | Index
    selection: Selection
    """Everything of it that is here."""


def _entry(layout: Layout, descriptor: Descriptor) -> _Entry:
    return _Entry(
        descriptor=descriptor,
        root=_root(layout, descriptor),
        selection=select_image(descriptor, layout.read, PlatformSet.all(), available=layout.has),
    )


def _root(layout: Layout, descriptor: Descriptor) -> Manifest | Index:
    return parse_root(layout.read(descriptor), media_type=descriptor.media_type)


def _docker_tags(holder: Holder) -> Mapping[str, tuple[str, ...]]:
    """Return the RepoTags of a hybrid archive by member name of the config."""
    if holder.size(DOCKER_INDEX) is None:
        return {}
    images = parse_docker_index(read_file(holder, DOCKER_INDEX, DOCUMENT_LIMIT))
    return {image.config: image.tags for image in images}


def _names(
    layout: Layout, descriptor: Descriptor, tags: Mapping[str, tuple[str, ...]], origin: Origin
) -> list[tuple[str, str]]:
    said = descriptor.annotations
    if said.get(IMAGE_NAME):
        return [checked(said[IMAGE_NAME], said.get(IMAGE_VERSION, ""))]
    reference = said.get(CONTAINERD_NAME) or said.get(REF_NAME, "")
    root = _root(layout, descriptor) if tags and is_bare(reference) else None
    if isinstance(root, Manifest) and (full := tags.get(blob_path(root.config.digest))):
        return [image_name(tag, origin.path) for tag in full]
    return [image_name(reference, origin.path)]


def _package(entry: _Entry, name: str, version: str, origin: Origin) -> Package:
    said = entry.descriptor.annotations
    facts = facts_of({**entry.root.annotations, **said})
    platforms = entry.selection.platforms
    single = platforms[0] if isinstance(entry.root, Manifest) and platforms else None
    kept = dict(facts_of(said).annotations)
    if not origin.source:
        kept[LOCATION] = origin.mark.path
    return Package(
        id=origin.package_id(name, version, single),
        pin=_pin(entry),
        platforms=platforms,
        publisher=facts.publisher,
        summary=facts.summary,
        is_os_image=facts.is_os_image,
        parent=facts.parent,
        published=facts.published,
        size=sum(descriptor.size for descriptor in entry.selection.descriptors),
        annotations=kept,
    )


def _pin(entry: _Entry) -> Descriptor:
    """Return what the line lists and nothing that it says of it: the same content, the same pin."""
    return Descriptor(
        media_type=entry.descriptor.media_type,
        digest=entry.descriptor.digest,
        size=entry.descriptor.size,
        artifact_type=entry.root.artifact_type,
    )
