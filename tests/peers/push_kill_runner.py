"""A push that ends itself by SIGKILL: ``push_kill_runner.py WHERE HOME LAYOUT PLACE``.

*WHERE* is 'between' (the second chunk is there and on record), 'within' (of the third chunk some
is sent) or 'never'.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from itertools import count
from typing import Any

from provider_core import Host, Settings
from provider_registry.file_piece import FilePiece
from provider_registry.uploads import Uploader

POINTS = {"between": (Uploader, "remember", 2), "within": (FilePiece, "_read", 20)}
"""A method, and after which of its calls all ends; a chunk is read in eight."""


def _killing(method: Callable[..., Any], last: int) -> Callable[..., Any]:
    calls = count(1)

    @wraps(method)
    def counted(*args: Any) -> Any:
        done = method(*args)
        if next(calls) == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    return counted


if __name__ == "__main__":
    where, home, layout, place = sys.argv[1:]
    if where in POINTS:
        owner, name, calls = POINTS[where]
        setattr(owner, name, _killing(getattr(owner, name), calls))
    with Host(home, settings=Settings(disabled_sources=("hub",))) as host:
        host.save(layout, to=place)
