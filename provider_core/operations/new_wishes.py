"""What kind of image `new` is to make, as one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ..oci import RunChanges
from ..platforms import Platform

__all__ = ["NewImage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewImage:
    """An image to be made; exactly one of *container*, *folder* and *archive* is set."""

    name: str
    version: str = "latest"
    publisher: str = ""
    container: str = ""
    """``docker-daemon://container/ID`` or ``podman://container/ID``: as it is now.

    The ID alone, or a name, if there is only one engine.
    """
    folder: Path | None = None
    """The whole file system: what differs from the parent's becomes the layer."""
    archive: Path | BinaryIO | None = None
    """An archive (.tar, in gzip or zstd if need be) that is the layer, as it is."""
    parent: str = ""
    """An installed image; '' to begin from nothing."""
    platform: Platform | None = None
    """Which of the parent's, or what it is for without one; None for this host's Linux."""
    changes: RunChanges = field(default_factory=RunChanges)
    newest: int | None = None
    """SOURCE_DATE_EPOCH: when it is made, and the latest time in its layer, seconds since 1970."""
    force: bool = False
    """Replace an image of this name and version."""
