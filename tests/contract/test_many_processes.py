"""Eight processes install and uninstall in one home at once: nothing is lost, nothing breaks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from provider_core import Host, Settings

from .busy_worker import CRATES

PROCESSES = 8
ROUNDS = 4


@pytest.mark.slow
def test_eight_processes_lose_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Host(home, provider_paths=[CRATES], settings=Settings(plugins=False)) as host:
        host.add_source("crates", "crate://all")
        before = host.catalog.revision()
        command = [sys.executable, str(CRATES.with_name("busy_worker.py")), str(home)]
        workers = [
            subprocess.Popen([*command, str(number), str(ROUNDS)], stderr=subprocess.PIPE)
            for number in range(PROCESSES)
        ]
        said = [worker.communicate()[1].decode() for worker in workers]
        assert [worker.returncode for worker in workers] == [0] * PROCESSES, "\n".join(said)
        names = {image.name for image in host.list()}
        assert {f"own-{number}" for number in range(PROCESSES)} <= names
        assert host.check_store() == ()
        revisions = host.log(since=before)
        for number in range(PROCESSES):
            own = [
                one
                for one in revisions
                if any(f"own-{number}" in change.subject for change in one.changes)
            ]
            assert len(own) == 2 * ROUNDS + 1
        host.uninstall("*")
        assert list(host.store.blobs()) == []
