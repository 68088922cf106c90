"""One of two processes in a home: ``rival.py HOME user|remover ROUNDS``; 0 if all held.

The user installs `user`, which requires `tool`, again and again; the remover takes `tool` away.
"""

from __future__ import annotations

import sys
from pathlib import Path

from provider_core import Host, Settings
from provider_core.errors import Conflict, InUse, NotInstalled
from provider_core.operations.facts import is_here

NEEDY = Path(__file__).with_name("needy_double.py")


def main(home: str, role: str, rounds: str) -> None:
    """Do the role's work, and look at the home all the while."""
    with Host(home, provider_paths=[NEEDY], settings=Settings(plugins=False)) as host:
        done = 0
        for _ in range(int(rounds)):
            try:
                if role == "user":
                    host.install("user")
                    look(host)
                    host.uninstall("user")
                else:
                    host.uninstall("tool")
                done += 1
            except (Conflict, InUse, NotInstalled):  # the other one was faster, and we are told
                pass
            look(host)
        print(done)


def look(host: Host) -> None:
    """Hold the home to what must always be so."""
    images = {image.name: image for image in host.list()}
    assert "user" not in images or "tool" in images
    if "user" in images and is_here(images["user"].content, host.store):
        return
    assert "user" not in {image.name for image in host.list()} or "user" not in images


if __name__ == "__main__":
    main(*sys.argv[1:])
