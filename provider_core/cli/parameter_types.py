"""What an option's text may be, where click has no type for it."""

from __future__ import annotations

import math
import re
from typing import Any

import click

__all__ = ["RATE", "SECONDS"]

_UNITS = {"": 1, "k": 1e3, "m": 1e6, "g": 1e9}


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
        rate = float(match[1]) * _UNITS[match[2].lower()] if match else 0.0
        if rate <= 0:
            self.fail(f"{value!r} is no rate: write 500k or 2M.", param, ctx)
        return rate


_RATE = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s*([kKmMgG]?)(?:B?(?:/s)?)?", re.ASCII)
RATE = _Rate()
"""Bytes a second, above 0."""
SECONDS = _Seconds(min=0)
"""A duration in seconds, from 0."""
