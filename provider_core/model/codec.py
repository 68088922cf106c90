"""Values to JSON values and back, for databases, records and caches of this project.

The form is our own (``"format": 1`` where it leaves the catalog).  Fields that are empty are left
out; keys that are not known are ignored, so that an older 1.x reads what a newer one wrote.
Whatever is malformed raises DocumentError with the path of the place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ..errors import DocumentError
from ..oci import Node, dump_json, read_document
from .contents import Content
from .images import Hold, ImageKey, Installed, Tag
from .package_codec import (
    MOST,
    encode_content,
    encode_package,
    encode_parent,
    filled,
    read_content,
    read_package,
    read_parent,
)
from .packages import Package
from .sources import Source, Trust

__all__ = [
    "decode_content",
    "decode_hold",
    "decode_installed",
    "decode_package",
    "decode_source",
    "decode_tag",
    "encode",
    "installed_document",
    "load_text",
    "parse_installed_document",
    "to_text",
]

FORMAT: Final = 1
RECORD_LIMIT: Final = 1 << 20
"""Bytes of the largest record of an installed image."""

_TEXT: Final = json.JSONEncoder(separators=(",", ":")).encode

Encodable = Package | Installed | Content | Source | Tag | Hold


def encode(value: Encodable) -> dict[str, Any]:
    """Return *value* as JSON values, which the `decode_…` of its type reads."""
    return _ENCODERS[type(value)](value)


def decode_package(doc: object, path: str = "") -> Package:
    """Read an offer; *path* is the key at which *doc* stands, for errors."""
    return read_package(_node(doc, "package", path))


def decode_content(doc: object, path: str = "") -> Content:
    """Read what a provider brought; *path* is the key at which *doc* stands, for errors."""
    return read_content(_node(doc, "content", path))


def decode_installed(doc: object, path: str = "") -> Installed:
    """Read an installed image; *path* is the key at which *doc* stands, for errors."""
    return _installed(_node(doc, "image", path))


def decode_source(doc: object, path: str = "") -> Source:
    """Read a source; *path* is the key at which *doc* stands, for errors."""
    return _source(_node(doc, "source", path))


def decode_tag(doc: object, path: str = "") -> Tag:
    """Read a tag; *path* is the key at which *doc* stands, for errors."""
    return _tag(_node(doc, "tag", path))


def decode_hold(doc: object, path: str = "") -> Hold:
    """Read a hold; *path* is the key at which *doc* stands, for errors."""
    return _hold(_node(doc, "hold", path))


def to_text(value: Encodable) -> str:
    """Return `encode` of *value* as JSON text, ASCII."""
    return _TEXT(encode(value))


def load_text(text: str) -> dict[str, Any]:
    """Return the JSON object in *text*, which `to_text` wrote; DocumentError if damaged."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"not JSON: {error}", what="row") from None
    if not isinstance(document, dict):
        raise DocumentError("an object is expected", what="row")
    return document


def installed_document(installed: Installed, tags: Iterable[Tag]) -> bytes:
    """Return the record of an image and its further names, canonical JSON, UTF-8."""
    document = {
        "format": FORMAT,
        "image": encode(installed),
        "tags": [encode(tag) for tag in tags],
    }
    return dump_json(document)


def parse_installed_document(data: bytes) -> tuple[Installed, tuple[Tag, ...]]:
    """Read a record of at most 1 MiB; DocumentError also for a format of another major version."""
    node = read_document(data, limit=RECORD_LIMIT, what="record")
    found = node.required("format", int)
    if found != FORMAT:
        raise node.error(f"this release reads format {FORMAT}, not {found}", "format")
    return (
        _installed(node.required_child("image")),
        tuple(map(_tag, node.array("tags", limit=MOST))),
    )


def _node(doc: object, what: str, path: str) -> Node:
    if not isinstance(doc, Mapping):
        raise DocumentError("an object is expected", path=path, what=what)
    return Node(doc, what=what, trail=(path,) if path else ())


# installed images, tags, holds, sources -------------------------------------------------


def _encode_installed(installed: Installed) -> dict[str, Any]:
    return filled(
        package=encode_package(installed.package),
        content=encode_content(installed.content),
        image_id=str(installed.image_id),
        diff_ids=[str(digest) for digest in installed.diff_ids],
        publisher=installed.publisher,
        is_os_image=installed.is_os_image or None,
        parent=encode_parent(installed.parent),
        created=installed.created,
        size=installed.size,
        installed_at=installed.installed_at,
        uninstalls=installed.uninstalls or None,
    )


def _installed(node: Node) -> Installed:
    return Installed(
        package=read_package(node.required_child("package")),
        content=read_content(node.required_child("content")),
        image_id=node.digest("image_id"),
        diff_ids=node.digests("diff_ids", limit=MOST),
        publisher=node.optional("publisher", str, ""),
        is_os_image=node.optional("is_os_image", bool, False),
        parent=read_parent(node),
        created=node.optional("created", str, ""),
        size=node.optional("size", int, 0),
        installed_at=node.optional("installed_at", str, ""),
        uninstalls=node.optional("uninstalls", bool, False),
    )


def _encode_key(key: ImageKey) -> dict[str, Any]:
    return {
        "name": key.name,
        "version": key.version,
        **filled(platform=key.platform),
    }


def _key(node: Node) -> ImageKey:
    return ImageKey(
        name=node.required("name", str),
        version=node.required("version", str),
        platform=node.optional("platform", str, ""),
    )


def _encode_tag(tag: Tag) -> dict[str, Any]:
    return {"name": tag.name, "tag": tag.tag, "image": _encode_key(tag.image)}


def _tag(node: Node) -> Tag:
    return Tag(
        name=node.required("name", str),
        tag=node.required("tag", str),
        image=_key(node.required_child("image")),
    )


def _encode_hold(hold: Hold) -> dict[str, Any]:
    return {"image": _encode_key(hold.image), "reason": hold.reason}


def _hold(node: Node) -> Hold:
    image = _key(node.required_child("image"))
    return Hold(image=image, reason=node.optional("reason", str, ""))


def _encode_source(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        "provider": source.provider,
        "location": source.location,
        "trust": source.trust.value,
        **filled(
            priority=source.priority or None,
            options=dict(source.options),
            indexed=source.indexed or None,
            fallback=source.fallback or None,
        ),
    }


def _source(node: Node) -> Source:
    return Source(
        name=node.required("name", str),
        provider=node.required("provider", str),
        location=node.required("location", str),
        trust=_trust(node),
        priority=node.optional("priority", int, 0),
        options=node.string_map("options", limit=MOST),
        indexed=node.optional("indexed", bool, False),
        fallback=node.optional("fallback", bool, False),
    )


def _trust(node: Node) -> Trust:
    text = node.required("trust", str)
    try:
        return Trust(text)
    except ValueError:
        # A word that is not known must not become any degree of trust.
        raise node.error(f"{text!r} is no kind of trust", "trust") from None


_ENCODERS: Final[Mapping[type, Callable[[Any], dict[str, Any]]]] = {
    Content: encode_content,
    Hold: _encode_hold,
    Installed: _encode_installed,
    Package: encode_package,
    Source: _encode_source,
    Tag: _encode_tag,
}
