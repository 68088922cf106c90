"""Words that a shell may complete: names of installed images and of sources.

A completion that fails is silent, and a name that a shell could take for something else is left
out: names are foreign text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

from ..errors import Error
from .invocation import Invocation

if TYPE_CHECKING:
    from ..operations.host import Host

__all__ = ["image_names", "source_names"]

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:+-]*")


def image_names(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of installed images that begin like *incomplete*."""
    return _complete(ctx, incomplete, lambda host: (image.name for image in host.list()))


def source_names(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of sources that begin like *incomplete*."""
    return _complete(ctx, incomplete, lambda host: (row.source.name for row in host.sources()))


def _complete(
    ctx: click.Context, incomplete: str, names: Callable[[Host], Iterable[str]]
) -> list[str]:
    invocation = ctx.find_object(Invocation) or Invocation()
    try:
        with invocation.host() as host:
            found = set(names(host))
    except Error:
        return []
    start = incomplete.casefold()
    return sorted(
        name for name in found if _PLAIN.fullmatch(name) and name.casefold().startswith(start)
    )
