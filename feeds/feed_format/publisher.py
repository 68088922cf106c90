"""Publishing: a feed's folder changes in steps that no reader ever sees half of.

Content comes first, then shards and the signed lists under names that are new, and last the one
small file that points to them.  Whoever follows an older pointer finds everything it names until
`prune` finds it old enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from provider_core.errors import Conflict, Exists, NoSuchFile, PackageNotFound
from provider_core.model import Package
from provider_core.oci import Descriptor
from provider_core.oci.layout import INDEX_FILE, LAYOUT_BYTES, LAYOUT_FILE, layout_index
from provider_core.references import name_key
from provider_core.store import Reader

from .documents import Document, Key, document_of, package_key
from .evidence import Evidence, write_evidence
from .feed_blobs import pour_blobs
from .feed_edit import FeedEdit, write_content
from .feed_folder import FeedFolder
from .feed_lock import feed_lock
from .fingerprints import fingerprint_of
from .keys import Signer
from .paths import LOCK, ROOT_COPY, TRUST, role_file
from .pruning import Pruned, outdated, sweep
from .publication import SignedFiles, Signing, renewed, signed_publication
from .published_state import METADATA_LIMIT, load_publication, load_roots
from .roles import Lives
from .root_chain import check_chain, read_root

__all__ = ["Published", "Publisher", "create_feed", "is_feed", "open_publisher", "utc_now"]

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a publication was."""

    version: int
    """Its number; rises with every publication and refresh of a feed."""
    written: int
    """Bytes of documents, shards and signed files; not of images."""
