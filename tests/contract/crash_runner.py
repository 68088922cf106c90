"""Runs one operation at a time in a child, and kills it: ``crash_runner.py``, requests on stdin.

A request is ``VERB HOME TARGET SECONDS`` on a line; the answer is the child's exit status, -9 if
it was at work when the seconds had passed.  Everything is imported before the fork, so that the
child is at work at once.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import provider_archive  # noqa: F401
import provider_core.catalog
import provider_core.operations.install
import provider_core.operations.save
import provider_core.operations.uninstall  # noqa: F401
from provider_core import Host, Settings, Wishes

CRATES = Path(__file__).with_name("crate_double.py")
NAMES = ("own-0", "own-1", "own-2", "own-3")


def operate(host: Host, verb: str, target: str) -> None:
    """Do what *verb* says with all the crates of NAMES."""
    if verb == "install":
        host.install(*NAMES)
    elif verb == "save":
        host.save(*NAMES, to=target, wishes=Wishes(force=True))
    elif verb == "uninstall":
        host.uninstall("own-*")
    else:
        host.collect(grace=0)


def main() -> None:
    """Answer requests until there are no more."""
    for line in sys.stdin:
        verb, home, target, seconds = line.split()
        child = os.fork()
        if not child:
            with Host(home, provider_paths=[CRATES], settings=Settings(plugins=False)) as host:
                operate(host, verb, target)
            os._exit(0)
        time.sleep(float(seconds))
        os.kill(child, signal.SIGKILL)  # it may have ended, but its number is still its own
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
