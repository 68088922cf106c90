"""Who was made from whom: pure, from layer chains, annotations and what sources said.

An image's parent is the installed image whose diff_ids are the longest proper prefix of its
own (OCI image-spec, config.md, rootfs.diff_ids).  Where content says nothing, what is said counts:
the OCI base annotations, else the source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from .digests import Digest
from .errors import DocumentError, UsageError
from .installed_names import fulfils
from .model import ImageKey, Installed, Parent, Requirement, Tag
from .oci import Descriptor
from .oci.annotations import BASE_DIGEST, BASE_NAME
from .references import Name, name_key, parse_reference

__all__ = ["Family", "annotated_parent"]

Chain = tuple[Digest, ...]
Parents = dict[ImageKey, tuple[Installed, ...]]


class Family:
    """The installed images, to be asked who is whose parent, and who needs whom.

    Nobody is its own ancestor: of statements that contradict each other those of the image that
    comes last in the order of keys are not believed.
    """

    def __init__(self, images: Iterable[Installed], tags: Sequence[Tag] = ()) -> None:
        self.images = tuple(images)
        self._tags = tags
        self._by_chain: dict[Chain, list[Installed]] = {}
        self._by_digest: dict[Digest, list[Installed]] = {}
        self._by_name: dict[str, list[Installed]] = {}
        for image in self.images:
            if image.diff_ids:
                self._by_chain.setdefault(image.diff_ids, []).append(image)
            for digest in _root_digests(image):
                self._by_digest.setdefault(digest, []).append(image)
            self._by_name.setdefault(image.key.name, []).append(image)
        self._lengths = sorted({len(chain) for chain in self._by_chain}, reverse=True)
        self._parents = self._related()

    def parents(self, image: Installed) -> tuple[Installed, ...]:
        """Return the images that are *image*'s parent; several if they are equal.

        () for an image that is not of the family.
        """
        return self._parents.get(image.key, ())

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

    def ancestors(self, image: Installed) -> Iterator[Installed]:
        """Yield *image*'s parent, the parent of that, and so on; of equal ones the first."""
        while parents := self.parents(image):
            image = parents[0]
            yield image

    def fulfilling(self, requirement: Requirement) -> tuple[Installed, ...]:
        """Return the images that fulfil *requirement*, by a version or by a tag of the user's."""
        name = requirement.name
        key = name_key(name.name)
        tagged = {tag.image for tag in self._tags if name_key(tag.name) == key}
        others = (image for image in self.images if image.key in tagged) if tagged else ()
        candidates = {one.key: one for one in (*self._by_name.get(key, ()), *others)}
        return tuple(one for one in candidates.values() if fulfils(one, name, self._tags))

    def dependents(self, going: Sequence[Installed]) -> Mapping[str, tuple[Installed, ...]]:
        """Return who would lose what it was made from or requires if *going* went.

        Keys are ``str(ImageKey)`` of the images in *going*; those without dependents are absent.
        """
        leaving = {image.key for image in going}
        needed: dict[str, dict[ImageKey, Installed]] = {}
        for image in self.images:
            if image.key in leaving:
                continue
            for any_of in self._needs(image):
                if any_of and all(one.key in leaving for one in any_of):
                    for one in any_of:
                        needed.setdefault(str(one.key), {})[image.key] = image
        return {key: tuple(images.values()) for key, images in needed.items()}

    def _needs(self, image: Installed) -> Iterator[tuple[Installed, ...]]:
        """Yield groups of images; of each group one must stay."""
        yield self.parents(image)
        for requirement in image.package.requires:
            yield tuple(one for one in self.fulfilling(requirement) if one.key != image.key)

    def _related(self) -> Parents:
        found = {image.key: self._by_content(image) for image in self.images}
        silent = [image for image in self.images if not found[image.key]]
        for image in sorted(silent, key=lambda one: one.key):
            said = (one for one in self._said(image) if one.key != image.key)
            found[image.key] = tuple(one for one in said if not _descends(one, image.key, found))
        return found

    def _by_content(self, image: Installed) -> tuple[Installed, ...]:
        own = len(image.diff_ids)
        for length in self._lengths:
            if length < own and (found := self._by_chain.get(image.diff_ids[:length])):
                return tuple(found)
        return ()

    def _said(self, image: Installed) -> Sequence[Installed]:
        """Return the images that *image*'s own word means: by digest, else by name and version."""
        parent = image.parent
        if parent is None:
            return ()
        if parent.digest is not None:
            return self._by_digest.get(parent.digest, ())
        named = self._by_name.get(name_key(parent.name), ()) if parent.name else ()
        return [other for other in named if parent.version in ("", other.version)]


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


def _root_digests(image: Installed) -> set[Digest]:
    pins = (image.package.pin, image.content.root)
    return {pin.digest for pin in pins if isinstance(pin, Descriptor)}


def _descends(image: Installed, ancestor: ImageKey, parents: Parents) -> bool:
    """Whether *image* is *ancestor*, or was made from it."""
    seen: set[ImageKey] = set()
    waiting = [image.key]
    while waiting:
        key = waiting.pop()
        if key == ancestor:
            return True
        if key not in seen:
            seen.add(key)
            waiting += (one.key for one in parents[key])
    return False
