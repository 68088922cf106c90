"""Saves volumes and installs from them in children, and kills them: requests on stdin.

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

import feed_format.volume_writing  # noqa: F401
import provider_feed.volume_saving  # noqa: F401
from provider_core import Host, Settings
from provider_core.operations.wishes import Wishes
from provider_feed import FeedProvider

NAMES = ("one", "two", "three")
SIZE = 600_000
"""Bytes of a volume."""
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""When the feed was published."""


def opened(home: Path) -> Host:
    """Open the home that knows feeds alone."""
    settings = Settings(plugins=False)
    return Host(home, providers=[FeedProvider], settings=settings, clock=lambda: NOW)


def operate(host: Host, verb: str, target: Path) -> None:
    """Save all the images of NAMES to *target*, or install them."""
    if verb == "install":
        host.install(*NAMES)
    else:
        host.save(*NAMES, to=str(target), wishes=Wishes(options={"volume-size": str(SIZE)}))


def main() -> None:
    """Answer requests until there are no more."""
    for line in sys.stdin:
        verb, home, target, seconds = line.rstrip("\n").split("\t")
        child = os.fork()
        if not child:
            with opened(Path(home)) as host:
                operate(host, verb, Path(target))
            os._exit(0)
        time.sleep(float(seconds))
        os.kill(child, signal.SIGKILL)  # it may have ended, but its number is still its own
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
