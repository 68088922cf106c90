"""What an option's text may be, where click has no type for it."""

from __future__ import annotations

import math
from typing import Any

import click

__all__ = ["SECONDS"]


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


SECONDS = _Seconds(min=0)
"""A duration in seconds, from 0."""
