"""find of an indexed source imports no plugin and calls no hook, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .hosts import Homes
from .indexed_double import IndexedDouble

PROGRAM = """
import sys
from provider_core import Host
with Host(sys.argv[1]) as host:
    names = [package.name for package in host.find("pkg-1*").packages]
    print(len(names), [one for one in ("provider_archive", "urllib3") if one in sys.modules])
"""


def found_by_a_process(home: Path) -> str:
    """Return how many packages a fresh process finds, and what it had to load for that."""
    command = [sys.executable, "-W", "error", "-c", PROGRAM, str(home)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_find_loads_no_plugin(homes: Homes) -> None:
    index = IndexedDouble()
    index.generations.append(range(20))
    host = homes(index)
    host.add_source("feed", "indexed://feed")
    found_by_a_process(host.home.root)  # remembers which built-in sources there are
    assert found_by_a_process(host.home.root) == "11 []"
    assert index.asked == [None]


KILLED = """
import os, sys
sys.path.insert(0, sys.argv[2])
from indexed_double import IndexedDouble
from provider_core import Host
index = IndexedDouble()
index.generations = [range(20), range(5, 3000)]
index.interrupt = lambda number: os._exit(9) if number == 2900 else None
with Host(sys.argv[1], providers=[index]) as host:
    host.refresh()
"""


def test_a_refresh_that_is_killed_leaves_token_and_offers(homes: Homes) -> None:
    index = IndexedDouble()
    index.generations.append(range(20))
    host = homes(index)
    host.add_source("feed", "indexed://feed")
    command = [sys.executable, "-c", KILLED, str(host.home.root), str(Path(__file__).parent)]
    assert subprocess.run(command, check=False).returncode == 9
    assert len(host.find("pkg-*").packages) == 20
    index.generations.append(range(5, 3000))
    assert host.refresh()[0].offers == 2995
    assert index.asked == [None, "1"]
