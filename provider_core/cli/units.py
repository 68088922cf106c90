"""Sizes, durations and ages as people read them; the forms are Docker's of 2016."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["age", "duration", "size"]

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def size(count: int | None) -> str:
    """Return *count* bytes in decimal units, four digits: ``783.2 MB``; '' if unknown."""
    if count is None:
        return ""
    amount, unit = float(count), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount /= 1000
        unit += 1
    return f"{amount:.4g} {_UNITS[unit]}"


def duration(seconds: float) -> str:
    """Return *seconds* as ``0 hours, 0 minutes, 10 seconds``."""
    whole = max(0, round(seconds))
    return f"{whole // _HOUR} hours, {whole % _HOUR // _MINUTE} minutes, {whole % _MINUTE} seconds"


def age(moment: str, now: datetime) -> str:
    """Return how long ago the ISO 8601 *moment* was: ``2 weeks ago``; '' if it is none."""
    try:
        then = datetime.fromisoformat(moment)
    except ValueError:
        return ""
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    seconds = (now - then).total_seconds()
    return f"{_span(seconds)} ago" if seconds >= 0 else "in the future"


def _span(seconds: float) -> str:
    hours, days = int(seconds // _HOUR), int(seconds // _DAY)
    if seconds < 1:
        return "Less than a second"
    if seconds < _MINUTE:
        return _count(int(seconds), "second")
    if seconds < _HOUR:
        return _about(int(seconds // _MINUTE), "a", "minute")
    if hours < 48:
        return _about(hours, "an", "hour")
    if days < 14:
        return _count(days, "day")
    if days < 60:
        return _count(days // 7, "week")
    if days < 730:
        return _count(days // 30, "month")
    return _count(days // 365, "year")


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _about(number: int, article: str, unit: str) -> str:
    return f"About {article} {unit}" if number == 1 else f"{number} {unit}s"
