"""Offers, pins and contents as JSON values: the half of `codec` that speaks of packages."""

from __future__ import annotations

from typing import Any, Final

from ..digests import Digest
from ..errors import Error
from ..oci import Descriptor, Node
from ..oci.platform_fields import platform_fields, read_platform
from ..platforms import Platform
from ..references import Name
from ..versions import VersionRange
from .contents import Content
from .packages import Package, PackageId, Parent, Requirement
from .pins import FileMark, FileStamp, Pin

__all__ = [
    "MOST",
    "encode_content",
    "encode_package",
    "encode_parent",
    "filled",
    "read_content",
    "read_package",
    "read_parent",
]

MOST: Final = 100_000
"""Entries of an array or map that are still believed."""


def filled(**fields: object) -> dict[str, Any]:
    """Return the fields that hold something; False and 0 do, '' and empty collections do not."""
    return {
        key: value
        for key, value in fields.items()
        if value is not None and value not in ("", [], {})
    }


# packages --------------------------------------------------------------------------------


def encode_package(package: Package) -> dict[str, Any]:
    """Return an offer as JSON values."""
    return filled(
        **_encode_id(package.id),
        pin=_encode_pin(package.pin),
        platforms=_encode_platforms(package.platforms),
        publisher=package.publisher,
        summary=package.summary,
        is_os_image=package.is_os_image,
        parent=encode_parent(package.parent),
        requires=[_encode_requirement(requirement) for requirement in package.requires],
        size=package.size,
        published=package.published,
        annotations=dict(package.annotations),
    )


def _encode_id(identity: PackageId) -> dict[str, Any]:
    return {
        "provider": identity.provider,
        "source": identity.source,
        "name": identity.name,
        "version": identity.version,
        "platform": platform_fields(identity.platform),
    }


def read_package(node: Node) -> Package:
    """Read an offer.  Raises DocumentError with the path of what is malformed."""
    identity = PackageId(
        provider=node.optional("provider", str, ""),
        source=node.optional("source", str, ""),
        name=node.optional("name", str, ""),
        version=node.optional("version", str, ""),
        platform=_platform_at(node, "platform"),
    )
    return Package(
        id=identity,
        pin=_pin(node.required_child("pin")),
        platforms=_platforms(node),
        publisher=node.optional("publisher", str, ""),
        summary=node.optional("summary", str, ""),
        is_os_image=node.optional("is_os_image", bool, False) if node.has("is_os_image") else None,
        parent=read_parent(node),
        requires=tuple(map(_requirement, node.array("requires", limit=MOST))),
        size=node.optional("size", int, 0) if node.has("size") else None,
        published=node.optional("published", str, ""),
        annotations=node.string_map("annotations", limit=MOST),
    )


def encode_parent(parent: Parent | None) -> dict[str, Any] | None:
    """Return a parent as JSON values, None for none."""
    if parent is None:
        return None
    return {
        "name": parent.name,
        **filled(
            version=parent.version,
            publisher=parent.publisher,
            digest=_text_of(parent.digest),
        ),
    }


def read_parent(node: Node) -> Parent | None:
    """Read the parent in the object at *node*, None if it names none."""
    child = node.child("parent")
    if child is None:
        return None
    return Parent(
        name=child.optional("name", str, ""),
        version=child.optional("version", str, ""),
        publisher=child.optional("publisher", str, ""),
        digest=_digest(child, "digest"),
    )


def _encode_requirement(requirement: Requirement) -> dict[str, Any]:
    name = requirement.name
    document = filled(
        name=name.name,
        tag=name.tag,
        versions=str(name.versions),
        digest=_text_of(name.digest),
        reason=requirement.reason,
    )
    # No variant and the empty one are two questions: any, and none.
    return document if name.variant is None else {**document, "variant": name.variant}


def _requirement(node: Node) -> Requirement:
    name = Name(
        name=node.optional("name", str, ""),
        tag=node.optional("tag", str, ""),
        variant=node.optional("variant", str, "") if node.has("variant") else None,
        versions=_versions(node),
        digest=_digest(node, "digest"),
    )
    return Requirement(name=name, reason=node.optional("reason", str, ""))


def _versions(node: Node) -> VersionRange:
    try:
        return VersionRange.parse(node.optional("versions", str, ""))
    except Error as error:
        raise node.error(error.message, "versions") from None


# pins and content ------------------------------------------------------------------------


def _encode_pin(pin: Pin) -> dict[str, Any]:
    if isinstance(pin, Descriptor):
        return pin.as_json()
    return filled(
        files=[_encode_mark(mark) for mark in pin.files],
        media_type=pin.media_type,
        digest=_text_of(pin.digest),
        selector=pin.selector,
    )


def _pin(node: Node) -> Pin:
    if not node.has("files"):
        return Descriptor.from_node(node)
    return FileStamp(
        files=tuple(map(_mark, node.array("files", limit=MOST))),
        media_type=node.optional("media_type", str, ""),
        digest=_digest(node, "digest"),
        selector=node.optional("selector", str, ""),
    )


def _encode_mark(mark: FileMark) -> dict[str, Any]:
    # A path may hold bytes that are no characters, which Python keeps as lone surrogates and
    # strict JSON cannot hold.
    try:
        mark.path.encode()
        place = {"path": mark.path}
    except UnicodeEncodeError:
        place = {"path_hex": mark.path.encode("utf-8", "surrogatepass").hex()}
    return {**place, "size": mark.size, "mtime_ns": mark.mtime_ns}


def _mark(node: Node) -> FileMark:
    if node.has("path_hex"):
        try:
            data = bytes.fromhex(node.required("path_hex", str))
            path = data.decode("utf-8", "surrogatepass")
        except ValueError:
            raise node.error("it is not a path in hexadecimal", "path_hex") from None
    else:
        path = node.required("path", str)
    return FileMark(
        path=path, size=node.required("size", int), mtime_ns=node.required("mtime_ns", int)
    )


def encode_content(content: Content) -> dict[str, Any]:
    """Return what a provider brought as JSON values."""
    return filled(
        root=_encode_pin(content.root),
        platforms=_encode_platforms(content.platforms),
        referrers=[descriptor.as_json() for descriptor in content.referrers],
        evidence=[descriptor.as_json() for descriptor in content.evidence],
        original=None if content.original is None else _encode_pin(content.original),
        facts=dict(content.facts),
    )


def read_content(node: Node) -> Content:
    """Read what a provider brought.  Raises DocumentError with the path."""
    original = node.child("original")
    return Content(
        root=_pin(node.required_child("root")),
        platforms=_platforms(node),
        referrers=tuple(map(Descriptor.from_node, node.array("referrers", limit=MOST))),
        evidence=tuple(map(Descriptor.from_node, node.array("evidence", limit=MOST))),
        original=None if original is None else _pin(original),
        facts=node.string_map("facts", limit=MOST),
    )


# small parts -----------------------------------------------------------------------------


def _text_of(digest: Digest | None) -> str:
    return "" if digest is None else str(digest)


def _digest(node: Node, key: str) -> Digest | None:
    return node.digest(key) if node.has(key) else None


def _encode_platforms(platforms: tuple[Platform, ...]) -> list[dict[str, object]]:
    return [platform_fields(platform) for platform in platforms]


def _platforms(node: Node) -> tuple[Platform, ...]:
    found = map(read_platform, node.array("platforms", limit=MOST))
    return tuple(platform for platform in found if platform is not None)


def _platform_at(node: Node, key: str) -> Platform | None:
    child = node.child(key)
    return None if child is None else read_platform(child)
