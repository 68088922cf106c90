"""Unfinished uploads: where each goes on, remembered across processes.

The URL of an upload lets whoever knows it write to it; it stays in the provider's private folder.
"""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress
from pathlib import Path

from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.errors import StoreError

__all__ = ["Unfinished"]

_FOLDER = "uploads"


class Unfinished:
    """The uploads of one destination, a small file each; losing one costs an upload, no more."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.Lock()

    def keep(self, repository: str, digest: Digest, url: str) -> None:
        """Remember that *digest* is being uploaded to *url*."""
        with suppress(StoreError, OSError), self._lock:  # a home that cannot be changed
            path = self._path(repository, digest)
            temporary = path.with_name(f"{path.name}.{os.getpid()}")
            temporary.write_text(json.dumps({"url": url}), encoding="utf-8")
            os.replace(temporary, path)

    def find(self, repository: str, digest: Digest) -> str | None:
        """Return the URL where *digest* was being uploaded, None if nothing is remembered."""
        with suppress(StoreError, OSError, ValueError, KeyError, TypeError):
            document = json.loads(self._path(repository, digest).read_bytes())
            url = document["url"]
            return url if isinstance(url, str) else None
        return None

    def drop(self, repository: str, digest: Digest) -> None:
        """Forget it: it is done, or was lost."""
        with suppress(StoreError, OSError):
            self._path(repository, digest).unlink(missing_ok=True)

    def _path(self, repository: str, digest: Digest) -> Path:
        """Return the file; names never become paths, their digests do."""
        folder = self._context.state.folder / _FOLDER
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder / Digest.of(f"{repository}\n{digest}".encode()).hex[:40]
