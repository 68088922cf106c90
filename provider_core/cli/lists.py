"""What was asked for: on the command line, on standard input, in lists, in a lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..errors import Error, UsageError
from ..operations.requests import Request
from ..operations.wishes import Wishes
from .stdin import Asked, expand

if TYPE_CHECKING:
    from ..lists import Lock
    from ..operations.host import Host

__all__ = ["groups", "list_file_flag", "list_flags", "locked_by", "requested", "settled"]

_F = TypeVar("_F", bound=Callable[..., Any])

list_file_flag = click.option(
    "-f",
    "--file",
    "files",
    multiple=True,
    metavar="FILE",
    help="A list of images: .toml, skopeo's .yaml, else a reference a line.",
)
_FLAGS = (
    list_file_flag,
    click.option("--locked", metavar="FILE", help="Bring only what this lock names (ferry lock)."),
)


def list_flags(command: _F) -> _F:
    """Add the flags that name lists and a lock."""
    for decorator in reversed(_FLAGS):
        command = decorator(command)
    return command


def requested(
    requests: Sequence[str], files: Iterable[str] = (), lock: Lock | None = None
) -> tuple[Asked, ...]:
    """Return what *requests* and the lists in *files* ask for; else everything in *lock*.

    Raises UsageError if that is nothing, and what reading the files raises.
    """
    from ..lists import read_list

    asked = list(expand(requests))
    for file in files:
        asked += (
            Asked(text=one.request, source=one.source, platforms=one.platforms, wanted=one)
            for one in read_list(Path(file))
        )
    if not asked and lock is not None:
        asked += (
            Asked(text=one.exact, source=one.source, platforms=one.platforms, hint=True)
            for one in lock.images
        )
    if not asked:
        raise UsageError("nothing is asked for", hint="name images, or a list: -f images.toml")
    return tuple(asked)


def locked_by(path: str | None) -> Lock | None:
    """Read the lock in the file *path*; None without one."""
    if path is None:
        return None
    from ..lists import read_lock

    return read_lock(Path(path))


def settled(
    host: Host, asked: Iterable[Asked], wishes: Wishes
) -> tuple[list[Asked], list[tuple[str, Error]]]:
    """Return *asked* with the entries of lists that stand for several images in their place.

    With ``wishes.keep_going``, what could not be found comes second; else it is raised.
    """
    known = {row.source.name for row in host.sources()}
    found: list[Asked] = []
    failed: list[tuple[str, Error]] = []
    for one in asked:
        if one.hint and one.source not in known:
            one = replace(one, source="")  # a lock travels; its digests say enough
        try:
            found += _several(host, one, wishes)
        except Error as error:
            if not wishes.keep_going:
                raise
            failed.append((one.text, error))
    return found, failed


def groups(asked: Iterable[Asked], wishes: Wishes) -> list[tuple[Wishes, list[Request]]]:
    """Return the requests for each set of platforms, in order; what flags say counts."""
    found: list[tuple[Wishes, list[Request]]] = []
    for one in asked:
        wish = wishes
        if wishes.platforms is None and one.platforms is not None:
            wish = replace(wishes, platforms=one.platforms)
        source = "" if wishes.source else one.source
        request = Request(text=one.text, source=source, entry=one.entry)
        for known, requests in found:
            if known == wish:
                requests.append(request)
                break
        else:
            found.append((wish, [request]))
    return found


def _several(host: Host, one: Asked, wishes: Wishes) -> list[Asked]:
    if one.wanted is None or one.wanted.is_plain:
        return [one]
    return [
        replace(one, text=request.text, source=request.source, entry=request.entry, wanted=None)
        for request in host.requests_for(one.wanted, wishes=wishes)
    ]
