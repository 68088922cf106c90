"""Many processes at once, and processes that die in the middle of a change."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from provider_core.catalog import Catalog

from .samples import image

HERE = Path(__file__)

# Each makes 10 changes that add one image and count up another one, whatever the others do.
COUNTING = """
import sys
from pathlib import Path
from dataclasses import replace
from tests.provider_core.catalog.samples import image
from provider_core.catalog import Catalog

path, worker = Path(sys.argv[1]), sys.argv[2]
catalog = Catalog(path, timeout=60)
counter = image("counter", "1.0")
for number in range(10):
    with catalog.change("install") as change:
        before = change.image(counter.key) or counter
        change.put_image(replace(before, size=before.size + 1))
        change.put_image(image(f"worker-{worker}", f"1.{number}"))
    assert catalog.image(counter.key).size >= before.size + 1
    assert len(catalog.images_named(f"worker-{worker}")) == number + 1
"""

# Moves one image from name to name and tells when each move is durable.
MOVING = """
import sys
from pathlib import Path
from tests.provider_core.catalog.samples import image
from provider_core.catalog import Catalog

catalog = Catalog(Path(sys.argv[1]))
for number in range(10_000):
    with catalog.change("move") as change:
        for old in change.installed():
            change.remove_image(old.key)
        for part in range(3):
            change.put_image(image(f"image-{number}", f"1.{part}"))
    print(number, flush=True)
"""


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=HERE.parents[3],
        stdout=subprocess.PIPE,
        text=True,
    )


def test_eight_processes_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    workers = [start(COUNTING, str(path), str(worker)) for worker in range(8)]
    assert [worker.wait(60) for worker in workers] == [0] * 8
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.close()
    catalog = Catalog(path)
    counter = catalog.image(image("counter", "1.0").key)
    assert counter is not None
    assert counter.size == 80
    assert len(catalog.installed()) == 81
    assert [revision.number for revision in catalog.log()] == list(range(80, 0, -1))
    assert catalog.check() == ()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_process_leaves_before_or_after(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    moment = random.Random(7)
    for _ in range(6):
        path.unlink(missing_ok=True)
        with start(MOVING, str(path)) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(moment.uniform(0, 0.05))
            child.send_signal(signal.SIGKILL)
            told = [int(line) for line in child.stdout.read().split("\n") if line]
        catalog = Catalog(path)
        listed = catalog.installed()
        assert len(listed) == 3
        (name,) = {one.name for one in listed}
        last = int(name.removeprefix("image-"))
        assert last >= max(told, default=0), "what was told to be done is done"
        assert catalog.revision() == last + 1
        assert catalog.installed(revision=last + 1) == listed
        assert catalog.check() == ()
