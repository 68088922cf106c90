"""Built-in sources, which come and go with what the user adds, and which nobody can remove."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import UnknownSource, UsageError
from ..operations.host import Host
from ..references import name_key

__all__ = ["builtin_names", "owned"]


def builtin_names(host: Host) -> frozenset[str]:
    """Return the names of the built-in sources that are asked now."""
    return frozenset(row.source.name for row in host.sources() if row.builtin)


@contextmanager
def owned(host: Host, name: str) -> Iterator[None]:
    """Explain a change of the source *name* that fails since it is built in: UsageError."""
    try:
        yield
    except UnknownSource as error:
        for row in host.sources():
            if row.builtin and name_key(row.source.name) == name_key(name):
                raise UsageError(
                    f"the source {row.source.name!r} is built in; it is not changed or removed",
                    hint="it is left out as soon as another source is added"
                    if row.source.fallback
                    else f"`ferry config set disabled_sources {row.source.name}` leaves it out",
                    name=row.source.name,
                ) from error
        raise
