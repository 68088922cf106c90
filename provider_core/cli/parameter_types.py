"""What an option's text may be, where click has no type for it."""

from __future__ import annotations

import math
import re
from typing import Any

import click

__all__ = ["RATE", "SECONDS", "age", "newest"]

_AGE = re.compile(r"(\d{1,9})([smhdw])", re.ASCII)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_NEWEST = re.compile(r"newest:(\d{1,9})", re.ASCII)
_THOUSANDS = {"": 1, "k": 1e3, "m": 1e6, "g": 1e9}


class _Seconds(click.FloatRange):
    """A finite number that is not negative; ``nan`` and ``inf`` are floats, but no durations."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return *value* as a number; click.BadParameter if it is no duration."""
        seconds = float(super().convert(value, param, ctx))
        if not math.isfinite(seconds):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return seconds


class _Rate(click.ParamType[float]):
    """Bytes a second in decimal units: 500k, 2M, 1.5G; a number alone is bytes."""

    name = "rate"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return *value* as bytes a second; click.BadParameter if it is no rate above 0."""
        match = _RATE.fullmatch(str(value).strip())
        rate = float(match[1]) * _THOUSANDS[match[2].lower()] if match else 0.0
        if rate <= 0:
            self.fail(f"{value!r} is no rate: write 500k or 2M.", param, ctx)
        return rate


_RATE = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s*([kKmMgG]?)(?:B?(?:/s)?)?", re.ASCII)
RATE = _Rate()
"""Bytes a second, above 0."""
SECONDS = _Seconds(min=0)
"""A duration in seconds, from 0."""


def age(text: str) -> float:
    """Return the seconds of a duration as people write it, ``90d``; click.BadParameter."""
    match = _AGE.fullmatch(text)
    if match is None:
        raise click.BadParameter(f"{text} is no age: write 90d, 12h, 30m, 45s or 8w.")
    return float(match[1]) * _UNITS[match[2]]


def newest(text: str) -> int:
    """Return the N of ``newest:N``; click.BadParameter for anything else."""
    match = _NEWEST.fullmatch(text)
    if match is None:
        raise click.BadParameter(f"{text} is no rule: write newest:3.")
    return int(match[1])
