"""Installs from feeds and saves bundles in children, and kills them: requests on stdin.

A request is ``VERB HOME TARGET SECONDS`` on a line; the answer is the child's exit status, -9 if
it was at work when the seconds had passed.  Everything is imported before the fork, so that the
child is at work at once.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import provider_feed.provider  # noqa: F401
from provider_core import Host, Settings
from provider_feed import FeedProvider

NAMES = ("own-0", "own-1", "own-2")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""When the feed was published."""


def opened(home: Path) -> Host:
    """Open the home that knows feeds alone."""
    settings = Settings(plugins=False)
    return Host(home, providers=[FeedProvider], settings=settings, clock=lambda: NOW)


def operate(host: Host, verb: str, target: str) -> None:
    """Do what *verb* says with all the images of NAMES."""
    if verb == "install":
        host.install(*NAMES)
    else:
        host.save(*NAMES, to=target)


def main() -> None:
    """Answer requests until there are no more."""
    for line in sys.stdin:
        verb, home, target, seconds = line.rstrip("\n").split("\t")
        child = os.fork()
        if not child:
            with opened(Path(home)) as host:
                operate(host, verb, target)
            os._exit(0)
        time.sleep(float(seconds))
        os.kill(child, signal.SIGKILL)  # it may have ended, but its number is still its own
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
