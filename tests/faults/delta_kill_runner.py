"""One step of a delta in a process of its own: ``delta_kill_runner.py VERB HOME TARGET``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from provider_core import Host, Settings, Wishes
from provider_feed import FeedProvider

__all__ = ["NAMES", "NOW", "SERIES", "opened", "operate"]

NAMES = ("one", "two", "three")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""When the feed was published."""
SERIES = "plant"


def opened(home: Path) -> Host:
    """Open the home that knows feeds alone."""
    settings = Settings(plugins=False)
    return Host(home, providers=[FeedProvider], settings=settings, clock=lambda: NOW)


def operate(host: Host, verb: str, target: Path) -> None:
    """Save to *target* what the inventory beside it lacks of NAMES, or import what is new."""
    if verb == "save":
        inventory = str(target.with_name("inventory.json"))
        wishes = Wishes(options={"missing-from": (inventory,), "series": SERIES})
        host.save(*NAMES, to=str(target), wishes=wishes)
    else:
        host.install(*NAMES)


if __name__ == "__main__":
    with opened(Path(sys.argv[2])) as host:
        operate(host, sys.argv[1], Path(sys.argv[3]))
