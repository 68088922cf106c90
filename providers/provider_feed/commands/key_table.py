"""The table that keys are shown in."""

from __future__ import annotations

from collections.abc import Iterable

from provider_core.cli.grid import Column, Grid
from provider_core.cli.invocation import Invocation

from ..feed_keys import FeedKey
from ..key_backup import Copied
from .documents import SHORT, key_document

__all__ = ["key_grid", "tell_copied"]

_COLUMNS = (
    Column(name="Key", text=lambda key: key.id[:SHORT]),
    Column(name="Roles", text=lambda key: key.role_words),
    Column(name="Protection", text=lambda key: key.protection),
    Column(name="File", text=lambda key: "" if key.file is None else str(key.file.path)),
)


def key_grid(keys: Iterable[FeedKey]) -> Grid:
    """Return the table of *keys*."""
    return Grid(columns=_COLUMNS, rows=tuple(keys))


def tell_copied(invocation: Invocation, copied: Copied) -> None:
    """Tell which keys were copied, and which were there already."""
    invocation.output.answer(key_grid(copied.new), map(key_document, copied.new))
    for key in copied.same:
        invocation.output.notice(f"{key.id[:SHORT]} is there already")
    if copied.courier:
        invocation.output.notice("the home's courier key is there too")
