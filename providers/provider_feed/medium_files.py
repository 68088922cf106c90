"""The files of a medium, read to their ends and hashed, as many at once as is worth it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from feed_format.feed_folder import FeedFolder
from provider_core.cancel import CancelToken
from provider_core.context import Context
from provider_core.digests import Digest, Hasher
from provider_core.disk.durable import open_regular
from provider_core.disk.failures import disk_errors
from provider_core.disk.media import files_at_once

__all__ = ["MediumFiles"]

_PIECE: Final = 256 << 10
"""Bytes read at once; they still are in the processor's cache when they are hashed."""

Found = tuple[int, Digest]
"""Bytes that a file has, and their digest."""


class MediumFiles:
    """The files of one folder."""

    def __init__(self, folder: FeedFolder, context: Context) -> None:
        self._folder = folder
        self._context = context
        self.read = 0
        """Bytes read so far."""

    def hashed(self, wanted: Sequence[tuple[str, str]]) -> dict[str, Found]:
        """Read the files *wanted*, each a name and an algorithm; leave out those that are not here.

        Raises StoreError for a file that cannot be read, and stops reading the others.
        """
        here = [(name, algorithm) for name, algorithm in wanted if self._folder.has(name)]
        stop = CancelToken()

        def hash_one(one: tuple[str, str]) -> Found:
            return self._hashed(*one, stop)

        with ThreadPoolExecutor(files_at_once(self._folder.root)) as threads:
            try:
                found = list(threads.map(hash_one, here))
            except BaseException:
                stop.cancel()
                threads.shutdown(wait=False, cancel_futures=True)
                raise
        self.read += sum(size for size, _ in found)
        return {name: one for (name, _), one in zip(here, found, strict=True)}

    def _hashed(self, name: str, algorithm: str, stop: CancelToken) -> Found:
        path = self._folder.path(name)
        hasher = Hasher(algorithm)
        buffer = memoryview(bytearray(_PIECE))
        with disk_errors(path), open(open_regular(path), "rb", buffering=0) as file:
            while count := file.readinto(buffer):
                stop.check()
                self._context.check()
                self._context.progress.advance(str(path), count)
                hasher.update(buffer[:count])
        return hasher.size, hasher.digest()
