"""Publishes in a child and kills it: ``publish_runner.py``, requests on stdin.

A request is ``FEED KEY SEED SECONDS`` on a line; the answer is the child's exit status, -9 if it
was at work when the seconds had passed.  Everything is imported before the fork, so that the
child is at work at once.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

from feed_format import open_publisher, read_key
from provider_core.model import Package, PackageId
from provider_core.oci import Descriptor

VERSIONS = 4


def publish(feed: Path, key: Path, seed: str) -> None:
    """Publish four times, refresh, prune."""
    for number in range(VERSIONS):
        with open_publisher(feed, [read_key(key)]) as publisher:
            publisher.add([_package(f"{seed}.{number}"), _package("latest")])
            publisher.publish()
    with open_publisher(feed, [read_key(key)]) as publisher:
        publisher.refresh()
        publisher.prune(newest=VERSIONS, retention=timedelta(hours=1))


def _package(version: str) -> Package:
    return Package(
        id=PackageId(provider="", source="", name="tool", version=version),
        pin=Descriptor.of(version.encode(), "application/x"),
    )


def main() -> None:
    """Answer requests until there are no more."""
    for line in sys.stdin:
        feed, key, seed, seconds = line.split()
        child = os.fork()
        if not child:
            publish(Path(feed), Path(key), seed)
            os._exit(0)
        time.sleep(float(seconds))
        os.kill(child, signal.SIGKILL)  # it may have ended, but its number is still its own
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
