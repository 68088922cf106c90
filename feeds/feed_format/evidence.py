"""Evidence: another publisher's own signed files, carried unchanged inside a bundle.

A far side that pinned the publisher verifies what came from it without trusting the courier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from provider_core.digests import Digest
from provider_core.errors import PackageNotFound
from provider_core.oci.layout import blob_path
from provider_core.references import name_key

from .feed_folder import Fetch, FeedFolder
from .paths import TRUST, evidence_base, role_file, shard_target, target_file
from .shards import shard_number
from .target_list import EMPTY_REF, fetch_exact
from .trusted_feed import TrustedFeed
from .feed_reader import FeedReader

__all__ = ["Evidence", "collect_evidence", "write_evidence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Signed files by which some names of a publisher's feed can be verified."""

    fingerprint: Digest
    """Of the publisher's first root."""
    files: Mapping[str, bytes] = field(hash=False)
    """By their path in the carrying feed; the pointer, timestamp.json, last."""
