"""Values of options that say how an image is run: words, assignments, a time."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping

from ..errors import UsageError

__all__ = ["assignments", "epoch", "words"]


def words(option: str, text: str | None) -> tuple[str, ...] | None:
    """Return the words of *text*: a JSON list, else as a shell splits it; None for None.

    Raises UsageError.
    """
    if text is None:
        return None
    try:
        found = json.loads(text) if text.lstrip().startswith("[") else shlex.split(text)
    except ValueError as error:
        raise _unreadable(option, text) from error
    if not all(isinstance(word, str) for word in found):
        raise _unreadable(option, text)
    return tuple(found)


def assignments(option: str, given: Iterable[str]) -> dict[str, str]:
    """Return the texts ``NAME=VALUE`` as a mapping, the last of a name winning; UsageError."""
    found = {}
    for text in given:
        name, mark, value = text.partition("=")
        if not mark or not name or "\0" in text:
            raise UsageError(f"{option} {text!r} sets nothing", hint="write NAME=VALUE")
        found[name] = value
    return found


def epoch(environ: Mapping[str, str]) -> int | None:
    """Return SOURCE_DATE_EPOCH, seconds since 1970; None if it is not set.

    Raises UsageError for what is no number (reproducible-builds.org, the variable's
    specification).
    """
    text = environ.get("SOURCE_DATE_EPOCH", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 11:
        raise UsageError(
            f"SOURCE_DATE_EPOCH is {text[:40]!r}, which is no time",
            hint="set it to seconds since 1970: `git log -1 --format=%ct`",
        )
    return int(text)


def _unreadable(option: str, text: str) -> UsageError:
    return UsageError(
        f"{option} {text!r} cannot be read as words",
        hint="""write --cmd 'nginx -g "daemon off;"' or --cmd '["nginx", "-g", "daemon off;"]'""",
    )
