"""A process among others in one home: ``busy_worker.py HOME NUMBER ROUNDS``; 0 if all held."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from provider_core import Host, Settings
from provider_core.errors import Conflict, NotInstalled

CRATES = Path(__file__).with_name("crate_double.py")


def main(home: str, number: str, rounds: str) -> None:
    """Install and uninstall an image of its own and shared ones, and read all the while."""
    chance = random.Random(number)
    own = f"own-{number}"
    with Host(home, provider_paths=[CRATES], settings=Settings(plugins=False)) as host:
        for _ in range(int(rounds)):
            assert host.install(own).installed
            read(host, own)
            toggle(host, f"shared-{chance.randrange(3)}", chance.random() < 0.6)
            host.uninstall(own)
            assert own not in [image.name for image in host.list()]
        host.install(own)


def toggle(host: Host, name: str, install: bool) -> None:
    """Install or uninstall what others install and uninstall too."""
    try:
        if install:
            host.install(name)
        else:
            host.uninstall(name)
    except (Conflict, NotInstalled):  # somebody else was faster
        return


def read(host: Host, name: str) -> None:
    """Read an image that nobody takes away, and what the catalog says of all."""
    image = host.show(name)
    for descriptor in host.store.reach(image.content.blobs):
        with host.store.open(descriptor) as blob:
            while blob.read(1 << 16):
                pass
    assert name in [one.name for one in host.list()]


if __name__ == "__main__":
    main(*sys.argv[1:])
