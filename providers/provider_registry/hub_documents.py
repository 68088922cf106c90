"""What Docker Hub's search and API answer: bytes to values, bounded, without I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from provider_core.digests import Digest
from provider_core.errors import DocumentError
from provider_core.oci.json_document import Node, read_document
from provider_core.platforms import Platform, PlatformSet, best

__all__ = ["Hit", "HubImage", "HubTag", "parse_search", "parse_tag", "parse_tags"]

_LIMIT = 4 << 20
_MOST_HITS = 1000
_MOST_TAGS = 1000
_MOST_IMAGES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A repository that a search found."""

    name: str
    """``nginx``, ``team/app``."""
    summary: str
    """What its owner says of it, foreign text."""
    stars: int
    is_official: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HubImage:
    """What a tag has for one platform."""

    platform: Platform | None
    """None if it is for none (an attestation) or it is not said."""
    digest: Digest | None
    """Of its manifest; None if it is not said."""
    size: int
    """Bytes of its layers, compressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubTag:
    """A tag of a repository."""

    name: str
    digest: Digest | None
    """Of the manifest or index that it points to; None if it is not said."""
    media_type: str
    """Its media type; '' if it is not said."""
    size: int
    """Bytes to transfer at most: the sum of *images*, or what the Hub says where it has none."""
    updated: str
    """When it was last pushed, ISO 8601 in UTC; '' if it is not said."""
    images: tuple[HubImage, ...] = ()

    def size_for(self, platforms: PlatformSet) -> int:
        """Return the bytes to transfer at most for *platforms*; all, if it has none of them."""
        offered = [one for one in self.images if one.platform is not None]
        there = [one.platform for one in offered if one.platform is not None]
        picks = {best(there, wanted) for wanted in platforms}
        return sum(offered[pick].size for pick in picks if pick is not None) or self.size


def parse_search(data: bytes) -> tuple[Hit, ...]:
    """Read an answer of ``/v1/search``.  Raises DocumentError; an empty answer is one too."""
    node = read_document(data, limit=_LIMIT, what="the search's answer")
    if not node.has("results"):
        raise node.error("it is missing", "results")
    return tuple(map(_hit, node.array("results", limit=_MOST_HITS)))


def parse_tag(data: bytes) -> HubTag:
    """Read one tag.  Raises DocumentError."""
    return _tag(read_document(data, limit=_LIMIT, what="the tag"))


def parse_tags(data: bytes) -> tuple[tuple[HubTag, ...], str]:
    """Read a page of tags: the tags, and the URL of the next page, '' if there is none.

    Raises DocumentError.
    """
    node = read_document(data, limit=_LIMIT, what="the list of tags")
    if not node.has("results"):
        raise node.error("it is missing", "results")
    tags = tuple(map(_tag, node.array("results", limit=_MOST_TAGS)))
    return tags, node.optional("next", str, "")


def _hit(node: Node) -> Hit:
    return Hit(
        name=node.required("name", str),
        summary=node.optional("description", str, ""),
        stars=max(0, node.optional("star_count", int, 0)),
        is_official=node.optional("is_official", bool, False),
    )


def _tag(node: Node) -> HubTag:
    images = tuple(map(_image, node.array("images", limit=_MOST_IMAGES)))
    return HubTag(
        name=node.required("name", str),
        digest=_digest(node),
        media_type=node.optional("media_type", str, ""),
        size=_sum(images) or max(0, node.optional("full_size", int, 0)),
        updated=node.optional("last_updated", str, ""),
        images=images,
    )


def _image(node: Node) -> HubImage:
    return HubImage(
        platform=_platform(node),
        digest=_digest(node),
        size=max(0, node.optional("size", int, 0)),
    )


def _platform(node: Node) -> Platform | None:
    system, machine = node.optional("os", str, ""), node.optional("architecture", str, "")
    if not system or not machine or "unknown" in (system, machine):
        return None
    try:
        return Platform(
            os=system,
            architecture=machine,
            variant=node.optional("variant", str, ""),
            os_version=node.optional("os_version", str, ""),
        )
    except DocumentError as error:
        raise node.grown(error) from None


def _digest(node: Node) -> Digest | None:
    """Return the digest where there is a good one: old tags have none, or an empty one."""
    text = node.optional("digest", str, "")
    try:
        return Digest.parse(text) if text else None
    except DocumentError:
        return None


def _sum(images: Iterable[HubImage]) -> int:
    return sum(image.size for image in images)
