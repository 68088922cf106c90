"""What registries say of their limits: headers to values, without I/O.

Docker Hub sends ``ratelimit-limit: 100;w=21600`` and ``ratelimit-remaining: 20;w=21600`` with
manifests (GET and HEAD), and neither where nothing is limited.  Seen in the wild too: an empty
number (``;w=21600``), lists (``100, 20;w=60``), and both on answers to a refused login.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from provider_core.errors import RateLimited

__all__ = ["LimitKind", "PullLimit", "kind_of", "pull_limit", "seconds_to_wait"]

_ITEM = re.compile(r"\s*(\d{0,12})\s*(?:;\s*w\s*=\s*(\d{1,12})\s*)?(?:;[^,]*)?", re.ASCII)
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,6})?", re.ASCII)
_TOO_LONG = 4096
_MOMENTS_FROM = 1_000_000_000
"""Numbers from here on are points in time: as a pause they would be thirty years."""
_PULLS = ("pull rate limit", "toomanyrequests", "increase-rate-limit")


@dataclass(frozen=True, slots=True, kw_only=True)
class PullLimit:
    """How many manifests may be read; a number that was not said is None."""

    limit: int | None
    """Pulls in a window."""
    remaining: int | None
    """Pulls that are left."""
    window: int | None
    """Seconds."""
    account: str = ""
    """Whose limit it is, as the registry says: an address, or an account's id."""


class LimitKind(Enum):
    """Why a registry answers 429; they end in different ways."""

    PULLS = "pulls"
    """No pulls are left: it takes hours."""
    REQUESTS = "requests"
    """Too many requests of any kind in a minute."""


def pull_limit(headers: Mapping[str, str], status: int = 200) -> PullLimit | None:
    """Return what *headers* (names in lower case) say; None: nothing is limited, or unknown.

    Of several limits, the one with the least left counts.  What comes with a 401 is about
    somebody else.
    """
    if status == 401:
        return None
    left, limits = (_items(headers.get(f"ratelimit-{name}", "")) for name in ("remaining", "limit"))
    if not left and not limits:
        return None
    remaining, window = min(left, key=_least, default=(None, None))
    limit, of_limit = _fitting(limits, window)
    return PullLimit(
        limit=limit,
        remaining=remaining,
        window=of_limit if window is None else window,
        account=headers.get("docker-ratelimit-source", ""),
    )


def kind_of(error: RateLimited) -> LimitKind:
    """Return what *error*, an answer to the reading of a manifest, means."""
    said = error.said.lower()
    if error.is_used_up or any(words in said for words in _PULLS):
        return LimitKind.PULLS
    return LimitKind.REQUESTS


def seconds_to_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return how long the Hub's API asks to wait, None if it does not say.

    ``retry-after`` and ``x-retry-after`` were seen with seconds and with points in time (Unix),
    ``x-ratelimit-reset`` with the latter.
    """
    for name in ("retry-after", "x-retry-after", "x-ratelimit-reset"):
        text = headers.get(name, "").strip()
        if _NUMBER.fullmatch(text):
            number = float(text)
            return number if number < _MOMENTS_FROM else max(0.0, number - now.timestamp())
    return None


def _items(text: str) -> list[tuple[int | None, int | None]]:
    """Return (number, window) of each item of a header; what is neither is left out."""
    found = []
    for item in text[:_TOO_LONG].split(","):
        match = _ITEM.fullmatch(item)
        if match is not None and (match[1] or match[2]):
            number, window = match[1], match[2]
            found.append((int(number) if number else None, int(window) if window else None))
    return found


def _least(item: tuple[int | None, int | None]) -> tuple[bool, int]:
    number, _ = item
    return number is None, number or 0


def _fitting(
    limits: list[tuple[int | None, int | None]], window: int | None
) -> tuple[int | None, int | None]:
    """Return the limit of *window*, else the first with a number."""
    for item in limits:
        if item[0] is not None and item[1] == window:
            return item
    numbered = [item for item in limits if item[0] is not None]
    return (numbered or limits or [(None, None)])[0]
