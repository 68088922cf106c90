"""FILETIME, Windows' 100-nanosecond steps since 1601, in the forms that others write it in."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from provider_core.errors import DocumentError

__all__ = ["MOST", "UNIX_EPOCH", "from_iso", "from_pax", "to_iso", "to_pax"]

UNIX_EPOCH: Final = 116_444_736_000_000_000
"""1970-01-01T00:00:00Z."""
MOST: Final = (1 << 63) - 1
"""The last FILETIME that Windows takes."""
_STEPS: Final = 10_000_000
"""In a second."""
_FIRST: Final = datetime(1601, 1, 1)
_PAX: Final = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,18}))?", re.ASCII)
_ISO: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,18}))?Z", re.ASCII)


def to_pax(filetime: int) -> bytes:
    """Return the time as a PAX record has it: seconds since 1970, with what follows the point."""
    steps = filetime - UNIX_EPOCH
    seconds, rest = divmod(abs(steps), _STEPS)
    sign = b"-" if steps < 0 else b""
    if not rest:
        return b"%s%d" % (sign, seconds)
    return (b"%s%d.%07d" % (sign, seconds, rest)).rstrip(b"0")


def from_pax(text: str) -> int:
    """Read a time of a PAX record, what is finer than a step cut off.  Raises DocumentError."""
    found = _PAX.fullmatch(text)
    if found is None:
        raise DocumentError(f"{text[:40]!a} is no time", what="layer")
    sign, seconds, rest = found.groups(default="")
    steps = int(seconds) * _STEPS + int(rest[:7].ljust(7, "0"))
    filetime = UNIX_EPOCH + (-steps if sign else steps)
    if not 0 <= filetime <= MOST:
        raise DocumentError(f"{text[:40]!a} is a time that no Windows knows", what="layer")
    return filetime


def to_iso(filetime: int) -> str:
    """Return the time as RFC 3339 in UTC, to the step; '' for 0 and beyond the year 9999."""
    seconds, rest = divmod(filetime, _STEPS)
    try:
        moment = _FIRST + timedelta(seconds=seconds)
    except OverflowError:
        return ""
    fraction = f".{rest:07d}".rstrip("0").rstrip(".")
    return f"{moment.isoformat()}{fraction}Z" if filetime > 0 else ""


def from_iso(text: str) -> int:
    """Read what `to_iso` wrote; 0 for everything else."""
    found = _ISO.fullmatch(text)
    if found is None:
        return 0
    try:
        moment = datetime.fromisoformat(found[1])
    except ValueError:
        return 0
    since = moment - _FIRST
    steps = (since.days * 86_400 + since.seconds) * _STEPS + int((found[2] or "")[:7].ljust(7, "0"))
    return max(steps, 0)
