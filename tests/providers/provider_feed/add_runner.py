"""Runs ferry in a child and kills it: ``add_runner.py``, requests on stdin.

A request is ``SECONDS ARGUMENT…`` on a line; the answer is the child's exit status, -9 if it was
at work when the seconds had passed.  Everything is imported before the fork, so that the child
is at work at once.
"""

from __future__ import annotations

import os
import shlex
import signal
import sys
import time

import provider_feed.commands.feed_add
import provider_feed.commands.feed_init  # noqa: F401
from feed_format import open_publisher  # noqa: F401
from provider_core.cli.invocation import Invocation
from provider_core.cli.main import run


def main() -> None:
    """Answer requests until there are no more."""
    for line in sys.stdin:
        seconds, *arguments = shlex.split(line)
        child = os.fork()
        if not child:
            os.dup2(2, 1)
            os._exit(run(arguments, Invocation()))
        print(_wait(child, time.monotonic() + float(seconds)), flush=True)


def _wait(child: int, deadline: float) -> int:
    """Return the exit code of *child*, which is killed at the *deadline*."""
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)  # it may have ended, but its number is still its own
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    main()
