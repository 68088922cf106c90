"""What the options of feeds are called, in the card and where they are read."""

from __future__ import annotations

from typing import Final

__all__ = [
    "ACCEPT_EXPIRED",
    "ACCEPT_ROLLBACK",
    "COURIER_PASSPHRASE",
    "MAX_FILE_SIZE",
    "MISSING_FROM",
    "SERIES",
    "VALID_FOR",
    "VOLUME_SIZE",
]

ACCEPT_EXPIRED: Final = "accept-expired"
"""For how long after their end signatures count."""
ACCEPT_ROLLBACK: Final = "accept-rollback"
"""The older bundle that may follow a newer one, by its version."""
COURIER_PASSPHRASE: Final = "courier-passphrase-file"
MAX_FILE_SIZE: Final = "max-file-size"
MISSING_FROM: Final = "missing-from"
SERIES: Final = "series"
"""Which series a bundle belongs to, or is expected to."""
VALID_FOR: Final = "valid-for"
VOLUME_SIZE: Final = "volume-size"
