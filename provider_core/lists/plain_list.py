"""A plain list: a reference a line, ``#`` begins a comment."""

from __future__ import annotations

import re

from ..errors import UsageError
from .wanted import Wanted

__all__ = ["parse_plain"]

_COMMENT = re.compile(r"(?:^|\s)#.*")


def parse_plain(text: str, *, what: str) -> tuple[Wanted, ...]:
    """Read the file's text; UsageError if it lists nothing, or two things on a line.

    A comment begins with ``#`` at the start of a line or after a blank.
    """
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        request = _COMMENT.sub("", line).strip()
        if len(request.split()) > 1:
            raise UsageError(
                f"{what}, line {number} has more than one reference", hint="write one a line"
            )
        if request:
            found.append(Wanted(request=request))
    if not found:
        raise UsageError(f"{what} lists no images", hint="write a reference a line")
    return tuple(found)
