"""Who was made from whom: pure, from layer chains, annotations and what sources said.

An image's parent is the installed image whose diff_ids are the longest proper prefix of its
own (OCI image-spec, config.md, rootfs.diff_ids).  Where content says nothing, the OCI base
annotations count, and last what the source said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .digests import Digest
from .errors import DocumentError, UsageError
from .model import Installed, Parent
from .oci import Descriptor
from .oci.annotations import BASE_DIGEST, BASE_NAME
from .references import Name, name_key, parse_reference

__all__ = ["Family", "annotated_parent"]

Chain = tuple[Digest, ...]


class Family:
    """The installed images, to be asked who is whose parent."""

    def __init__(self, images: Iterable[Installed]) -> None:
        self.images = tuple(images)
        self._by_chain: dict[Chain, list[Installed]] = {}
        for image in self.images:
            if image.diff_ids:
                self._by_chain.setdefault(image.diff_ids, []).append(image)

    def parents(self, image: Installed) -> tuple[Installed, ...]:
        """Return the installed images that are *image*'s parent; several if they are equal."""
        for length in range(len(image.diff_ids) - 1, 0, -1):
            found = self._by_chain.get(image.diff_ids[:length])
            if found:
                return tuple(found)
        if image.parent is None:
            return ()
        return tuple(
            other
            for other in self.images
            if other.key != image.key and _is_meant(image.parent, other)
        )

    def parent(self, image: Installed) -> Parent | None:
        """Return *image*'s parent to show: the installed one, else what it says itself."""
        found = self.parents(image)
        if not found:
            return image.parent
        first = found[0]
        root = first.content.root
        return Parent(
            name=first.name,
            version=first.version,
            publisher=first.publisher,
            digest=root.digest if isinstance(root, Descriptor) else None,
        )

    def dependents(self, going: Sequence[Installed]) -> Mapping[str, tuple[Installed, ...]]:
        """Return who would lose its last parent if *going* went: image → its dependents.

        Keys are ``str(ImageKey)`` of the images in *going*; those without dependents are absent.
        """
        leaving = {image.key for image in going}
        needed: dict[str, list[Installed]] = {}
        for image in self.images:
            parents = self.parents(image)
            if image.key in leaving or not parents:
                continue
            if all(parent.key in leaving for parent in parents):
                for parent in parents:
                    needed.setdefault(str(parent.key), []).append(image)
        return {key: tuple(images) for key, images in needed.items()}


def annotated_parent(annotations: Mapping[str, str]) -> Parent | None:
    """Return the parent that the OCI base annotations name (image-spec annotations.md).

    An annotation is a hint that anybody may write: one that cannot be read counts as absent.
    """
    digest = _digest(annotations.get(BASE_DIGEST, ""))
    name, version = _name(annotations.get(BASE_NAME, ""))
    if not name and digest is None:
        return None
    return Parent(name=name, version=version, digest=digest)


def _digest(text: str) -> Digest | None:
    try:
        return Digest.parse(text)
    except DocumentError:
        return None


def _name(text: str) -> tuple[str, str]:
    try:
        reference = parse_reference(text)
    except UsageError:
        return "", ""
    return (reference.name, reference.tag) if isinstance(reference, Name) else ("", "")


def _is_meant(parent: Parent, other: Installed) -> bool:
    """Whether *other* is the image that *parent* speaks of: by digest, else by name and version."""
    if parent.digest is not None:
        return getattr(other.content.root, "digest", None) == parent.digest
    return (
        bool(parent.name)
        and name_key(parent.name) == name_key(other.name)
        and parent.version in ("", other.version)
    )
