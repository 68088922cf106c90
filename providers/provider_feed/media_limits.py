"""How large volumes and files may be: as the user says, and as the medium takes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from provider_core.disk.media import Medium
from provider_core.errors import UsageError

from .option_names import MAX_FILE_SIZE, VOLUME_SIZE

__all__ = ["MediaLimits", "limits_of", "parse_size"]

_SIZE: Final = re.compile(r"(\d{1,12}(?:\.\d{1,6})?) ?([kmgt]?i?b)?", re.ASCII)
_POWERS: Final = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_LEAST_FILE: Final = 64 << 10
"""Bytes below which a limit of files is a slip of the pen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaLimits:
    """What the other side's media take."""

    volume_size: int | None
    """Bytes of a volume; None: one is enough for everything."""
    largest_file: int | None
    """Bytes of the largest file; None: any."""

    def is_enough_for(self, largest: int) -> bool:
        """Whether one folder does, whose largest blob has *largest* bytes."""
        is_whole = self.largest_file is None or largest <= self.largest_file
        return self.volume_size is None and is_whole


def limits_of(options: Mapping[str, Any], medium: Medium) -> MediaLimits:
    """Return the limits by the options ``volume-size`` and ``max-file-size``, and by *medium*.

    Raises UsageError.
    """
    volume, file = options.get(VOLUME_SIZE), options.get(MAX_FILE_SIZE)
    allowed = [] if medium.largest_file is None else [medium.largest_file]
    if file:
        allowed.append(parse_size(file, MAX_FILE_SIZE))
        if allowed[-1] < _LEAST_FILE:
            raise _wrong(file, MAX_FILE_SIZE, f"files of {_LEAST_FILE} bytes are the least")
    return MediaLimits(
        volume_size=parse_size(volume, VOLUME_SIZE) if volume else None,
        largest_file=min(allowed, default=None),
    )


def parse_size(text: str, what: str) -> int:
    """Read a size, ``700MB``, ``4.3GB``, ``4GiB`` or bytes; *what* says in an error what it is for.

    MB are a million bytes, MiB 1,048,576.  Raises UsageError.
    """
    found = _SIZE.fullmatch(text.strip().lower())
    if found is None:
        raise _wrong(text, what, "write it like 700MB, 4.3GB or 4GiB")
    unit = (found[2] or "").removesuffix("b")
    base = 1024 if unit.endswith("i") else 1000
    power = _POWERS.get(unit.removesuffix("i"), 0)
    return int(Decimal(found[1]) * base**power)


def _wrong(text: str, what: str, hint: str) -> UsageError:
    return UsageError(f"{text[:32]!r} is no size for --{what}", hint=hint, text=text[:32])
