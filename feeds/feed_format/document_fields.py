"""One version in a document as JSON values, and back.

These keys are the published format: what is added must be ignorable by older readers, and what is
here keeps its meaning within the major version (docs/reference/feed-format.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provider_core.errors import Error
from provider_core.model import Package, PackageId, Parent, Pin, Requirement
from provider_core.oci import Descriptor, Node
from provider_core.oci.platform_fields import platform_fields, read_platform
from provider_core.platforms import Platform
from provider_core.references import Name, parse_reference

__all__ = ["entry_fields", "read_entry"]

_MOST_ENTRIES = 1_000


def entry_fields(package: Package) -> dict[str, Any]:
    """Return the fields of a version that hold something; False and 0 do."""
    return _filled(
        version=package.version,
        pin=_pin_fields(package.pin),
        platform=platform_fields(package.id.platform),
        platforms=[platform_fields(platform) for platform in package.platforms],
        publisher=package.publisher,
        summary=package.summary,
        isOsImage=package.is_os_image,
        parent=_parent_fields(package.parent),
        requires=[_requirement_fields(requirement) for requirement in package.requires],
        size=package.size,
        published=package.published,
        annotations=dict(package.annotations),
    )


def read_entry(node: Node, name: str) -> Package:
    """Read one version of *name*.  Raises DocumentError with the path of what is malformed."""
    version = node.optional("version", str, "")
    platform = node.child("platform")
    return Package(
        id=PackageId(
            provider="",
            source="",
            name=name,
            version=version,
            platform=None if platform is None else read_platform(platform),
        ),
        pin=Descriptor.from_node(node.required_child("pin")),
        platforms=_platforms(node),
        publisher=node.optional("publisher", str, ""),
        summary=node.optional("summary", str, ""),
        is_os_image=_tristate(node, "isOsImage"),
        parent=_parent(node),
        requires=tuple(map(_requirement, node.array("requires", limit=_MOST_ENTRIES))),
        size=_size(node),
        published=node.optional("published", str, ""),
        annotations=node.string_map("annotations", limit=_MOST_ENTRIES),
    )


def _filled(**fields: object) -> dict[str, Any]:
    return {
        key: value
        for key, value in fields.items()
        if value is not None and value not in ("", [], {})
    }


def _pin_fields(pin: Pin) -> Mapping[str, object]:
    if not isinstance(pin, Descriptor):
        raise TypeError("document_of refuses pins that are no descriptors")
    return pin.as_json()


def _parent_fields(parent: Parent | None) -> dict[str, Any] | None:
    if parent is None:
        return None
    digest = "" if parent.digest is None else str(parent.digest)
    fields = _filled(version=parent.version, publisher=parent.publisher, digest=digest)
    return {"name": parent.name, **fields}


def _requirement_fields(requirement: Requirement) -> dict[str, Any]:
    return _filled(request=str(requirement.name), reason=requirement.reason)


def _platforms(node: Node) -> tuple[Platform, ...]:
    found = map(read_platform, node.array("platforms", limit=_MOST_ENTRIES))
    return tuple(platform for platform in found if platform is not None)


def _tristate(node: Node, key: str) -> bool | None:
    return node.optional(key, bool, False) if node.has(key) else None


def _size(node: Node) -> int | None:
    if not node.has("size"):
        return None
    size = node.required("size", int)
    if size < 0:
        raise node.error(f"{size} is no size in bytes", "size")
    return size


def _parent(node: Node) -> Parent | None:
    child = node.child("parent")
    if child is None:
        return None
    return Parent(
        name=child.optional("name", str, ""),
        version=child.optional("version", str, ""),
        publisher=child.optional("publisher", str, ""),
        digest=child.digest("digest") if child.has("digest") else None,
    )


def _requirement(node: Node) -> Requirement:
    text = node.required("request", str)
    try:
        name = parse_reference(text)
    except Error as error:
        raise node.error(error.message, "request") from None
    if not isinstance(name, Name):
        raise node.error(f"{text[:64]!a} is no name", "request")
    return Requirement(name=name, reason=node.optional("reason", str, ""))
