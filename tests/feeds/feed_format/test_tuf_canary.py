"""What this package relies on inside python-tuf; fails when a new release moves it.

The reasons are in docs/adr/0009-feeds-and-tuf.md.  Whoever raises the pinned minor version reads
the library's own changes first, then this file.
"""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from tuf.ngclient import Updater
from tuf.ngclient._internal import trusted_metadata_set
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet

from feed_format.tuf_client import TufFetcher, new_updater, trusted_set

from .feeds import FeedMaker, package


def test_the_minor_version_is_the_one_that_was_read() -> None:
    assert version("tuf").split(".")[:2] == ["7", "0"]


def test_the_updater_keeps_its_reference_time_where_we_set_it(
    feed: FeedMaker, tmp_path: Path
) -> None:
    feed.publish(package())
    fetcher = TufFetcher(lambda path, limit: (feed.path / path).read_bytes())
    reference = datetime(2000, 1, 1, tzinfo=UTC)
    updater = new_updater(tmp_path, "trust", fetcher, feed.roots[0], reference)
    assert isinstance(updater, Updater)
    assert isinstance(trusted_set(updater), TrustedMetadataSet)
    assert trusted_set(updater).reference_time == reference
    fresh = TrustedMetadataSet(feed.roots[0], updater.config.envelope_type)
    assert abs(fresh.reference_time - datetime.now(UTC)) < timedelta(minutes=5)


def test_every_check_of_an_end_uses_that_time() -> None:
    source = inspect.getsource(trusted_metadata_set)
    assert source.count(".is_expired(") == source.count(".is_expired(self.reference_time)") == 4
    assert source.count("reference_time =") == 1
    assert "is_expired" not in inspect.getsource(inspect.getmodule(Updater) or Updater)


def test_the_root_that_trust_begins_with_may_have_ended() -> None:
    source = inspect.getsource(TrustedMetadataSet.__init__)
    assert "is_expired" not in source
    assert "is_expired" not in inspect.getsource(TrustedMetadataSet.update_root)


def test_errors_of_our_own_pass_through_the_updater() -> None:
    source = inspect.getsource(Updater.refresh)
    for method in (Updater._load_root, Updater._load_timestamp, Updater._load_snapshot):
        source += inspect.getsource(method)
    assert "except Exception" not in source
