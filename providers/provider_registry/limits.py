"""Pulls: how many are left is remembered, and when none are, the user says what happens."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from provider_core.context import Context
from provider_core.errors import RateLimited, StoreError
from provider_core.model import OptionSpec, OptionType, Verb

from .ratelimits import LimitKind, PullLimit, kind_of, pull_limit

__all__ = ["OPTIONS", "note_pulls", "patiently", "pulls_left"]

_T = TypeVar("_T")

OPTIONS: Final = tuple(
    OptionSpec(
        name="on-limit",
        verb=verb,
        type=OptionType.CHOICE,
        choices=("stop", "wait"),
        help="when no pulls are left: stop (later goes on), or wait for new ones",
    )
    for verb in (Verb.INSTALL, Verb.SAVE)
)
_FILE = "pulls.json"
_POLL = 300.0
"""Seconds between two looks at what is left; a look costs nothing."""
_SIGN = 5.0
"""Seconds between two signs of life."""


def note_pulls(context: Context, headers: Mapping[str, str]) -> None:
    """Remember what an answer about a manifest says of pulls, for later calls of this source."""
    limit = pull_limit(headers)
    if limit is not None:
        _write(context, limit)


def pulls_left(context: Context) -> int | None:
    """Return how many pulls were left when that was last said; None: not limited, or unknown."""
    known = _read(context)
    return None if known is None else known.remaining


def patiently(
    context: Context,
    get: Callable[[], _T],
    probe: Callable[[], PullLimit | None],
    *,
    sleep: Callable[[float], None] | None = None,
) -> _T:
    """Return what *get* returns, which reads a manifest and may spend a pull.

    Without pulls, and with the option ``on-limit`` 'wait', *probe* (a HEAD, which spends none) is
    asked now and then, and *get* again when some are left.  *sleep* is the cancel token's wait.

    Raises RateLimited when there are none and nobody waits, and for a limit of requests, which
    the transport has waited for already; what *get* and *probe* raise.
    """
    while True:
        try:
            return get()
        except RateLimited as error:
            if kind_of(error) is not LimitKind.PULLS:
                raise
            note_pulls(context, error.headers)
            if context.options.get("on-limit") != "wait":
                raise _out_of_pulls(context, error) from error
            _wait(context, error, probe, sleep or context.cancel.wait)


def _wait(
    context: Context,
    error: RateLimited,
    probe: Callable[[], PullLimit | None],
    sleep: Callable[[float], None],
) -> None:
    asked = error.fields.get("retry_after")
    pause = min(max(float(asked), _SIGN), _POLL) if isinstance(asked, float) else _POLL
    context.progress.notice("no pulls are left; waiting for new ones (interrupt to stop)")
    while True:
        for _ in range(max(1, round(pause / _SIGN))):
            sleep(_SIGN)
            context.progress.advance("waiting for pulls", 0)  # a sign of life
        with suppress(RateLimited):
            limit = probe()
            if limit is None or limit.remaining is None or limit.remaining > 0:
                return


def _out_of_pulls(context: Context, error: RateLimited) -> RateLimited:
    known = _read(context)
    amount = ""
    if known is not None and known.limit is not None:
        hours = f" in {known.window / 3600:g} h" if known.window else ""
        amount = f" (limit: {known.limit} pulls{hours})"
    asked = error.fields.get("retry_after")
    return RateLimited(
        f"{error.fields['what']}{amount}",
        asked if isinstance(asked, float) else None,
        headers=error.headers,
        said=error.said,
        hint="repeat the command later, no pull is spent twice; or --on-limit wait,"
        " or log in for a higher limit (`ferry source login`)",
    )


def _write(context: Context, limit: PullLimit) -> None:
    document = {
        "limit": limit.limit,
        "remaining": limit.remaining,
        "window": limit.window,
        "account": limit.account,
        "seen": context.clock().timestamp(),
    }
    with suppress(StoreError, OSError):  # a home that cannot be changed remembers nothing
        path = context.state.folder / _FILE
        temporary = path.with_name(f".{_FILE}.{os.getpid()}.{id(document)}")
        temporary.write_text(json.dumps(document), encoding="utf-8")
        os.replace(temporary, path)


def _read(context: Context) -> PullLimit | None:
    """Return what was remembered, unless its window has passed or it cannot be read."""
    with suppress(StoreError, OSError, ValueError, KeyError, TypeError):
        document = json.loads(Path(context.state.folder / _FILE).read_bytes())
        seen = datetime.fromtimestamp(document["seen"], UTC)
        known = PullLimit(**{name: document[name] for name in PullLimit.__dataclass_fields__})
        if context.clock() - seen < timedelta(seconds=known.window or _POLL):
            return known
    return None
