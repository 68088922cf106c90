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
ACCEPT_ROLLBACK: Final = "accept-rollback"
COURIER_PASSPHRASE: Final = "courier-passphrase-file"
MAX_FILE_SIZE: Final = "max-file-size"
MISSING_FROM: Final = "missing-from"
SERIES: Final = "series"
VALID_FOR: Final = "valid-for"
VOLUME_SIZE: Final = "volume-size"
