"""python-tuf's client on this project's way to the files, with its clock in our hands.

The reference time is no argument of python-tuf's Updater, so it is set where the library keeps
it.  That is the one private name used; the library's minor version is pinned and a canary test
holds it (docs/adr/0009-feeds-and-tuf.md).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from tuf.api.exceptions import DownloadHTTPError
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet

from provider_core.errors import HttpStatus, NotFoundError

from .feed_folder import Fetch
from .published_state import METADATA_LIMIT
from .root_chain import ROOT_LIMIT

__all__ = ["CONFIG", "LastDownload", "TufFetcher", "new_updater", "trusted_set"]

CONFIG = UpdaterConfig(
    max_root_rotations=256,
    root_max_length=ROOT_LIMIT,
    timestamp_max_length=16_384,
    snapshot_max_length=2_000_000,
    targets_max_length=METADATA_LIMIT,
)
"""Bounds of what is read before it is verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDownload:
    """The file that was read last, which is the one to blame when verifying stops."""

    path: str = ""
    """Relative to the feed; '' before the first one."""
    data: bytes = b""
    """Its content."""


class TufFetcher(FetcherInterface):
    """Hands python-tuf the files that *fetch* brings."""

    def __init__(self, fetch: Fetch) -> None:
        self._bring = fetch
        self.last = LastDownload()

    @contextmanager
    def download_file(self, url: str, max_length: int) -> Iterator[IO[bytes]]:
        """Yield the file *url*, a path here, of at most *max_length* bytes.

        Raises DownloadHTTPError (status 404 or 403) for what is not there, by which python-tuf
        knows the last root; our own errors pass through it untouched.
        """
        self.last = LastDownload(path=url)
        try:
            data = self._bring(url, max_length)
        except NotFoundError as error:
            raise DownloadHTTPError(error.message, 404) from error
        except HttpStatus as error:
            # Object stores that may not be listed answer so for what is absent.
            if error.fields["status"] != 403:
                raise
            raise DownloadHTTPError(error.message, 403) from error
        self.last = LastDownload(path=url, data=data)
        yield io.BytesIO(data)

    def _fetch(self, url: str) -> Iterator[bytes]:
        with self.download_file(url, CONFIG.targets_max_length) as file:
            yield file.read()


def new_updater(
    state: Path, base: str, fetcher: TufFetcher, root: bytes, reference: datetime
) -> Updater:
    """Return python-tuf's client for the metadata in the folder *base* of a feed.

    *state* keeps what was trusted; *root* is the bootstrap root; what ended before *reference*
    has expired.  Raises tuf's RepositoryError for a bad root, OSError.
    """
    updater = Updater(
        metadata_dir=str(state),
        metadata_base_url=base,
        fetcher=fetcher,
        config=CONFIG,
        bootstrap=root,
    )
    trusted_set(updater).reference_time = reference
    return updater


def trusted_set(updater: Updater) -> TrustedMetadataSet:
    """Return the metadata that *updater* has verified so far."""
    return updater._trusted_set
