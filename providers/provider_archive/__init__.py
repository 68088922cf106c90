"""Images in files: docker-archives, OCI archives and OCI image layouts (see `ArchiveProvider`)."""

from __future__ import annotations

from .provider import ArchiveProvider

__all__ = ["ArchiveProvider"]
