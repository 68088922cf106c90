"""What a saved archive holds: an OCI archive and a docker-archive in one (a hybrid).

``oci-layout`` and ``index.json`` make it an OCI image layout; ``manifest.json`` names the same
blobs for engines that know docker-archives only.  Every blob is in it once, its bytes as they
are.  The same images in the same order give the same archive, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from provider_core.digests import Digest
from provider_core.errors import NotSupported
from provider_core.model import Held
from provider_core.oci import Descriptor, Manifest
from provider_core.oci.annotations import CONTAINERD_NAME, REF_NAME
from provider_core.oci.layout import (
    INDEX_FILE,
    LAYOUT_BYTES,
    LAYOUT_FILE,
    blob_path,
    layout_index,
)
from provider_core.oci.media_types import is_manifest
from provider_core.oci.referring import is_hung_on_tag
from provider_core.pouring import Selection, select_held, select_whole
from provider_core.store import Reader

from .docker_images import DOCKER_INDEX
from .held_content import docker_manifest
from .saved_names import NameBook, names_of, qualified
from .travel import IMAGE_NAME, IMAGE_VERSION, travelling

__all__ = ["ArchivePlan", "plan_archive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePlan:
    """The members of an archive, in order."""

    documents: tuple[tuple[str, bytes], ...]
    """Name and content of the members made here."""
    blobs: tuple[Descriptor, ...]
    """The others, each once, by digest."""
    names: tuple[str, ...]
    """Every ``name:tag`` by which engines will know an image."""
    roots: tuple[Digest, ...]
    """The root of each image, in the order of the images."""


def plan_archive(images: Sequence[Held], reader: Reader) -> ArchivePlan:
    """Choose the blobs of *images* and write the documents that list them.

    Of an index come its original bytes and the manifests of the platforms to save.  Raises
    NotSupported for content that is no image or artifact, Ambiguous if two names become one in
    lower case, BlobNotFound and IntegrityError if the store lacks something.
    """
    draft = _Draft()
    for held in images:
        _add(draft, held, reader)
    documents = [(LAYOUT_FILE, LAYOUT_BYTES), (INDEX_FILE, layout_index(draft.lines))]
    if draft.docker:
        docker = [line.as_json() for line in draft.docker.values()]
        documents.append((DOCKER_INDEX, json.dumps(docker, separators=(",", ":")).encode()))
    return ArchivePlan(
        documents=tuple(documents),
        blobs=tuple(sorted(draft.blobs.values(), key=lambda blob: blob.digest)),
        names=draft.book.names,
        roots=tuple(draft.roots),
    )


@dataclass(slots=True, kw_only=True)
class _DockerLine:
    """An image in manifest.json, under all its names."""

    manifest: Manifest
    tags: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it in the form of `docker save`."""
        return {
            "Config": blob_path(self.manifest.config.digest),
            "RepoTags": self.tags or None,
            "Layers": [blob_path(layer.digest) for layer in self.manifest.layers],
        }


@dataclass(slots=True, kw_only=True)
class _Draft:
    """An archive while its images are added."""

    book: NameBook = field(default_factory=NameBook)
    blobs: dict[Digest, Descriptor] = field(default_factory=dict)
    lines: list[Descriptor] = field(default_factory=list)
    """Of index.json."""
    docker: dict[Digest, _DockerLine] = field(default_factory=dict)
    """Of manifest.json, by digest of the manifest."""
    roots: list[Digest] = field(default_factory=list)

    def take(self, descriptors: Iterable[Descriptor]) -> None:
        """Add blobs, each once."""
        for descriptor in descriptors:
            self.blobs.setdefault(descriptor.digest, descriptor)


def _add(draft: _Draft, held: Held, reader: Reader) -> None:
    root = held.content.root
    if not isinstance(root, Descriptor):
        raise NotSupported(
            f"{held.package} is kept as a file, which an image archive cannot hold",
            hint="save it to a file of its own kind",
        )
    selection = select_held(root, held, reader)
    draft.take(selection.descriptors)
    draft.roots.append(root.digest)
    tags = _add_lines(draft, _line(root, selection), held)
    manifest = docker_manifest(root, held, reader)
    if manifest is not None:
        line = draft.docker.setdefault(manifest.digest, _DockerLine(manifest=manifest))
        line.tags += tags
    for referrer in held.content.referrers:
        draft.take(select_whole(referrer, reader).descriptors)
        if all(line.digest != referrer.digest for line in draft.lines):
            draft.lines.append(_nameless(referrer))


def _line(root: Descriptor, selection: Selection) -> Descriptor:
    single = is_manifest(root.media_type) and selection.platforms
    return Descriptor(
        media_type=root.media_type,
        digest=root.digest,
        size=root.size,
        platform=selection.platforms[0] if single else None,
        artifact_type=root.artifact_type,
    )


def _add_lines(draft: _Draft, line: Descriptor, held: Held) -> list[str]:
    """Add a line of index.json for each name; return the tags that the image got."""
    facts = travelling(held)
    tags = []
    for position, (name, version) in enumerate(names_of(held)):
        annotations = facts | {IMAGE_NAME: name, IMAGE_VERSION: version}
        tag = draft.book.claim(name, version)
        if tag:
            tags.append(tag)
            annotations |= {REF_NAME: tag, CONTAINERD_NAME: qualified(tag)}
        elif position:
            continue
        draft.lines.append(replace(line, annotations=annotations))
    return tags


def _nameless(referrer: Descriptor) -> Descriptor:
    names = {REF_NAME, CONTAINERD_NAME, IMAGE_NAME}
    if is_hung_on_tag(referrer):
        names.remove(REF_NAME)  # which is all that says what it is about
    kept = {key: text for key, text in referrer.annotations.items() if key not in names}
    return replace(referrer, annotations=kept)
