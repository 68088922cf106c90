"""One operation in a process of its own: ``kill_runner.py VERB HOME TARGET``."""

from __future__ import annotations

import sys

from provider_core import Host, Settings

__all__ = ["operate"]


def operate(host: Host, verb: str, target: str) -> None:
    """Do what *verb* says: uninstall an image, or move the store to *target*."""
    if verb == "uninstall":
        host.uninstall("sample/hello:2.0")
    else:
        host.move_store(target)


if __name__ == "__main__":
    with Host(sys.argv[2], settings=Settings(plugins=False)) as opened:
        operate(opened, sys.argv[1], sys.argv[3])
