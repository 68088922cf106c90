"""Flags that set a setting for one run: how many at once, how fast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from .invocation import Invocation
from .parameter_types import RATE

__all__ = ["pace_flags"]

_F = TypeVar("_F", bound=Callable[..., Any])


def _set(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
    invocation = ctx.find_object(Invocation)
    if invocation is not None and value is not None and parameter.name is not None:
        invocation.settings[parameter.name] = value


_PACE = (
    click.option(
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        expose_value=False,
        callback=_set,
        help="Packages to bring at once.",
    ),
    click.option(
        "--limit-rate",
        type=RATE,
        metavar="RATE",
        expose_value=False,
        callback=_set,
        help="Bytes a second over all connections: 500k, 2M.",
    ),
)


def pace_flags(command: _F) -> _F:
    """Add the flags that say how many packages come at once, and how fast."""
    for decorator in reversed(_PACE):
        command = decorator(command)
    return command
