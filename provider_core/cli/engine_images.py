"""`ferry list --engine`: what an engine holds, in the form of `docker images`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..engines.names import split_tag
from ..model import Query
from ..operations.engine_listing import HeldImage
from .engine_documents import held_document
from .grid import Column, Grid
from .invocation import Invocation
from .units import age, size

__all__ = ["list_engine"]

_NAMELESS = "<none>"


class _Named(NamedTuple):
    repository: str
    tag: str
    held: HeldImage


def list_engine(invocation: Invocation, engine: str, pattern: str) -> None:
    """Print the images of *engine* whose repository fits *pattern*, a row a name.

    The last column says what each is called here.
    """
    now = invocation.clock()
    with invocation.host() as host:
        held = host.engine_images(engine)
    rows = tuple(_fitting(held, pattern))
    columns = (
        Column(name="REPOSITORY", text=lambda row: row.repository),
        Column(name="TAG", text=lambda row: row.tag),
        Column(name="IMAGE ID", text=lambda row: row.held.image.image_id.short),
        Column(name="CREATED", text=lambda row: age(row.held.image.created, now)),
        Column(name="SIZE", text=lambda row: size(row.held.image.size)),
        Column(name="INSTALLED AS", text=lambda row: _here(row.held)),
    )
    shown = dict.fromkeys(row.held for row in rows)
    invocation.output.answer(
        Grid(columns=columns, rows=rows, style="docker"),
        [held_document(one, engine) for one in shown],
        empty=f"{engine} holds no such image",
    )


def _fitting(held: Iterable[HeldImage], pattern: str) -> Iterator[_Named]:
    query = Query(name=pattern)
    for one in held:
        names = [split_tag(name) for name in one.image.names] or [(_NAMELESS, _NAMELESS)]
        for repository, tag in names:
            if query.wants_name(repository):
                yield _Named(repository, tag, one)


def _here(held: HeldImage) -> str:
    return ", ".join(f"{one.name}:{one.version}" for one in held.installed)
