"""Which folders a feed is in: its own, or several volumes of one bundle, side by side."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from feed_format import folder_fetch, is_feed
from feed_format.paths import VOLUME_FILE, role_file
from feed_format.published_state import METADATA_LIMIT
from provider_core.disk.failures import disk_errors
from provider_core.errors import NotFoundError, SizeMismatch

__all__ = ["feed_folders", "folder_of", "is_on_volumes", "volumes_in"]

_VOLUMES = "volume-*"


def feed_folders(path: Path) -> tuple[Path, ...]:
    """Return where the feed at *path* is: that folder, or the volumes in it; () if it is none.

    Volumes of one bundle have one pointer, byte for byte.  Where some are of another bundle, or
    have a damaged pointer, those that are more count.  Raises StoreError.
    """
    if is_feed(path):
        return (path,)
    by_pointer: defaultdict[bytes, list[Path]] = defaultdict(list)
    for volume in volumes_in(path):
        try:
            pointer = folder_fetch(volume)(role_file("timestamp"), METADATA_LIMIT)
        except (NotFoundError, SizeMismatch):
            continue
        by_pointer[pointer].append(volume)
    groups = sorted(by_pointer.values(), key=len, reverse=True)  # keeps the first of equals first
    return tuple(groups[0]) if groups else ()


def volumes_in(path: Path) -> tuple[Path, ...]:
    """Return the volumes that lie in the folder *path*, of whatever bundles.  Raises StoreError."""
    with disk_errors(path):
        return tuple(filter(is_feed, sorted(path.glob(_VOLUMES))))


def folder_of(location: str) -> Path:
    """Return the folder that *location* names, an absolute path or a file URL."""
    return Path(location.removeprefix("file://"))


def is_on_volumes(location: str) -> bool:
    """Whether the feed at *location* is a folder of volumes, or one of them."""
    if location.startswith(("http://", "https://")):
        return False
    return any((folder / VOLUME_FILE).exists() for folder in feed_folders(folder_of(location)))
