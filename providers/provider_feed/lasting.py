"""Spans of time as a user writes them: ``90d``, ``12h``, ``2w``, ``1y``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from provider_core.errors import UsageError

from .option_names import ACCEPT_EXPIRED

__all__ = ["accepted_expired", "parse_span"]

_UNITS: Final = {
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "y": timedelta(days=365),
}
_SPAN: Final = re.compile(r"(\d{1,5})([hdwy])")


def parse_span(text: str, what: str) -> timedelta:
    """Read a span of time of at most a hundred years; *what* says in an error what it is for.

    Raises UsageError.
    """
    found = _SPAN.fullmatch(text.strip().lower())
    span = int(found[1]) * _UNITS[found[2]] if found else timedelta.max
    if not span <= timedelta(days=36_525):
        raise UsageError(
            f"{text[:32]!r} is no span of time for {what}",
            hint="write 12h, 90d, 2w or 1y; a hundred years at most",
            text=text[:32],
        )
    return span


def accepted_expired(options: Mapping[str, Any]) -> timedelta:
    """Return for how long after their end signatures count, by the option; none without it.

    Raises UsageError.
    """
    text = options.get(ACCEPT_EXPIRED)
    return parse_span(text, ACCEPT_EXPIRED) if text else timedelta(0)
