"""The options of feeds, as data: for sources, for folders that are named, and for bundles."""

from __future__ import annotations

from typing import Final

from provider_core.model import OptionSpec, OptionType, Verb
from provider_core.transport import network_options

from .option_names import (
    ACCEPT_EXPIRED,
    ACCEPT_ROLLBACK,
    COURIER_PASSPHRASE,
    MAX_FILE_SIZE,
    MISSING_FROM,
    SERIES,
    VALID_FOR,
    VOLUME_SIZE,
)

__all__ = ["OPTIONS"]

_READING: Final = (Verb.SOURCE, Verb.FIND, Verb.INSTALL)
"""Where it is said how a feed is known; a save reads as an install does."""


def _reading(verb: Verb) -> tuple[OptionSpec, ...]:
    return (
        OptionSpec(
            name="root",
            verb=verb,
            type=OptionType.PATH,
            help="its root.json, to trust it by",
        ),
        OptionSpec(name="fingerprint", verb=verb, help="its fingerprint, to trust it by"),
        OptionSpec(
            name=ACCEPT_ROLLBACK,
            verb=verb,
            type=OptionType.NUMBER,
            help="version of an older bundle to go back to",
        ),
        OptionSpec(
            name=ACCEPT_EXPIRED, verb=verb, help="how long after their end signatures count: 90d"
        ),
    )


OPTIONS: Final = (
    *network_options(Verb.SOURCE),
    *(spec for verb in _READING for spec in _reading(verb)),
    OptionSpec(
        name="root-version",
        verb=Verb.SOURCE,
        type=OptionType.NUMBER,
        help="which root the fingerprint is of, if it is not the first",
    ),
    OptionSpec(name=SERIES, verb=Verb.SOURCE, help="the series its bundles must be of"),
    OptionSpec(name=SERIES, verb=Verb.SAVE, help="the series of the bundle"),
    OptionSpec(
        name=MISSING_FROM,
        verb=Verb.SAVE,
        type=OptionType.PATH,
        multiple=True,
        help="leave out what an inventory, or an earlier bundle, report or lock, says is there",
    ),
    OptionSpec(
        name=VOLUME_SIZE,
        verb=Verb.SAVE,
        help="spread the bundle over volumes of at most this size: 700MB, 4.3GB",
    ),
    OptionSpec(
        name=MAX_FILE_SIZE,
        verb=Verb.SAVE,
        help="cut what is larger: 4GiB; on FAT32 as large as files can be there",
    ),
    OptionSpec(name=VALID_FOR, verb=Verb.SAVE, help="how long the bundle holds: 12h, 90d, 1y"),
    OptionSpec(
        name=COURIER_PASSPHRASE,
        verb=Verb.SAVE,
        type=OptionType.PATH,
        help="file with the passphrase of this home's courier key",
    ),
)
