"""``-`` among the requests: names from standard input, plain or as find and list print JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from .schema import Document

if TYPE_CHECKING:
    from ..lists import Wanted
    from ..platforms import PlatformSet

__all__ = ["Asked", "expand", "read_requests"]

LIMIT = 16 << 20
"""Most bytes that are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request."""

    text: str
    """As `parse_reference` reads it."""
    source: str = ""
    """The source that a row of find, or a list, names; '' for any."""
    digest: str = ""
    """The content that a row of list or images names; '' for any."""
    platforms: PlatformSet | None = None
    """For which platforms, as a list says; None for what flags and settings say."""
    wanted: Wanted | None = None
    """The entry of a list that it is."""
    entry: str = ""
    """The request of the entry that it was made from; '' if it was asked for so."""
    hint: bool = False
    """Whether *source* is only where it was once found."""

    @property
    def exact(self) -> str:
        """The request for that content alone."""
        return f"{self.text}@{self.digest}" if self.digest else self.text


def expand(requests: Sequence[str]) -> tuple[Asked, ...]:
    """Return *requests* with what stdin names in the place of ``-``.

    Raises UsageError for an empty stdin, and for ``-`` given twice.
    """
    if requests.count("-") > 1:
        raise UsageError("'-' is given twice", hint="standard input can be read only once")
    asked: list[Asked] = []
    for request in requests:
        asked += _from_stdin() if request == "-" else [Asked(text=request)]
    return tuple(asked)


def _from_stdin() -> list[Asked]:
    data = sys.stdin.buffer.read(LIMIT + 1) if sys.stdin is not None else b""
    if len(data) > LIMIT:
        raise UsageError(f"standard input has more than {LIMIT} bytes", hint="ask in smaller parts")
    try:
        return list(read_requests(data.decode("utf-8")))
    except UnicodeDecodeError as error:
        raise UsageError("standard input is not UTF-8", hint="pipe names or JSON lines") from error


def read_requests(text: str) -> Iterator[Asked]:
    """Yield the request of each line that is not blank: a name, or a row of --json.

    Raises UsageError if there is none, or naming the line that cannot be read.
    """
    empty = True
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.strip()
        if line:
            empty = False
            yield _of_row(_row(line, number), number) if line.startswith("{") else Asked(text=line)
    if empty:
        raise UsageError(
            "nothing came on standard input",
            hint="'-' wants names, or the output of `ferry find --json` or `ferry list --json`",
        )


def _row(line: str, number: int) -> Document:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _unreadable(number, f"not JSON ({error})") from error
    return row if isinstance(row, dict) else {}


def _of_row(row: Document, number: int) -> Asked:
    schema = _text(row, "schema", number)
    if schema.startswith("ferry.error/"):
        raise _unreadable(number, f"an error ({_text(row, 'message', number)})")
    is_tag = schema.startswith("ferry.tag/")
    name = _text(row, "repository" if is_tag else "name", number)
    if not name:
        raise _unreadable(number, "a row without a name")
    version = _text(row, "tag" if is_tag else "version", number)
    request = f"{name}:{version}" if version else name
    if schema.startswith("ferry.found/"):
        return Asked(text=request, source=_text(row, "source", number))
    digest = _text(row, "digest", number)
    if not schema.startswith("ferry.offer/"):
        return Asked(text=request, digest=digest)
    # An offer's digest is what was seen; another content under the same name must not slip in.
    request += f"@{digest}" if digest else ""
    return Asked(text=request, source=_text(row, "source", number))


def _text(row: Document, key: str, number: int) -> str:
    value: Any = row.get(key, "")
    if not isinstance(value, str):
        raise _unreadable(number, f"a row whose {key!r} is no text")
    return value


def _unreadable(number: int, what: str) -> UsageError:
    return UsageError(
        f"line {number} of standard input is {what}",
        hint="pipe names, or the output of `ferry find --json` or `ferry list --json`",
        line=number,
    )
