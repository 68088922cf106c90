"""volume.json: which volume this is.  Signed by nobody, so it is asked for the number alone."""

from __future__ import annotations

from typing import Final

from provider_core.errors import IntegrityError, NotFoundError
from provider_core.oci import dump_json, read_document

from .feed_folder import Fetch
from .format_version import FORMAT, FORMAT_KEY
from .paths import VOLUME_FILE

__all__ = ["read_volume_number", "volume_file"]

_LIMIT: Final = 4 << 10


def volume_file(number: int, count: int) -> bytes:
    """Return volume.json of the volume *number* of *count*."""
    return dump_json({FORMAT_KEY: FORMAT, "number": number, "of": count})


def read_volume_number(fetch: Fetch) -> int:
    """Return the number that volume.json says; 0 if it cannot be read.  Raises StoreError."""
    try:
        node = read_document(fetch(VOLUME_FILE, _LIMIT), limit=_LIMIT, what=VOLUME_FILE)
        return node.required("number", int)
    except (NotFoundError, IntegrityError):
        return 0
