"""What the Docker Hub double answers besides images: its search, and its lists of tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from ..oci import Descriptor, ImageConfig, Manifest
from ..oci.media_types import is_manifest
from .images import SmallImage

__all__ = ["Shelves", "search_page", "tag_entry", "tags_page"]

_UPDATED = "2026-01-02T03:04:05.678901Z"


class Shelves(Protocol):
    """What there is to tell of."""

    tags: dict[str, dict[str, SmallImage]]
    stars: dict[str, int]
    summaries: dict[str, str]


def search_page(hub: Shelves, words: str, count: int) -> Mapping[str, Any]:
    """Return what ``/v1/search`` says of *words*, most stars first."""
    names = sorted(
        (name for name in hub.tags if _fits(name, hub.summaries.get(name, ""), words)),
        key=lambda name: -hub.stars.get(name, 0),
    )
    results = [
        {
            "name": name.removeprefix("library/"),
            "description": hub.summaries.get(name, ""),
            "star_count": hub.stars.get(name, 0),
            "is_official": name.startswith("library/"),
            "is_automated": False,
        }
        for name in names[:count]
    ]
    return {
        "num_pages": 1,
        "num_results": len(names),
        "page": 1,
        "query": words,
        "results": results,
    }


def tags_page(hub: Shelves, repository: str, url: str) -> Mapping[str, Any]:
    """Return one page of the API's list of tags, last pushed first, as *url* asks for it."""
    query = parse_qs(urlsplit(url).query)
    size, page = int(query.get("page_size", ["10"])[0]), int(query.get("page", ["1"])[0])
    names = list(reversed(hub.tags[repository]))
    more = f"{url.partition('?')[0]}?page={page + 1}&page_size={size}"
    shown = names[(page - 1) * size :][:size]
    return {
        "count": len(names),
        "next": more if page * size < len(names) else None,
        "previous": None,
        "results": [tag_entry(name, hub.tags[repository][name]) for name in shown],
    }


def _fits(name: str, summary: str, words: str) -> bool:
    text = f"{name} {summary}".lower()
    return all(word in text for word in words.lower().split())


def tag_entry(name: str, image: SmallImage) -> Mapping[str, Any]:
    """Return what the API says of one tag."""
    images = [_platform(image, blob) for blob in image.contents if is_manifest(blob.media_type)]
    return {
        "name": name,
        "full_size": images[0]["size"] if images else 0,
        "last_updated": _UPDATED,
        "digest": str(image.root.digest),
        "media_type": image.root.media_type,
        "images": images,
    }


def _platform(image: SmallImage, blob: Descriptor) -> dict[str, Any]:
    manifest = Manifest.parse(image.blobs[blob.digest])
    size = sum(layer.size for layer in manifest.layers)
    entry: dict[str, Any] = {"digest": str(blob.digest), "size": size, "status": "active"}
    platform = None
    if not manifest.artifact_type:
        platform = ImageConfig.parse(image.blobs[manifest.config.digest]).platform
    if platform is None:
        return {**entry, "os": "unknown", "architecture": "unknown"}
    return {
        **entry,
        "os": platform.os,
        "architecture": platform.architecture,
        "variant": platform.variant or None,
        "os_version": platform.os_version or None,
    }
