"""kill -9 in the middle of a large upload to a real registry: the same command ends it."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ..support.archives import write_layout
from ..support.images import make_image
from .layouts import read_image
from .registries import DockerRegistry
from .tools import skopeo_copy

pytestmark = pytest.mark.peer("skopeo", "docker-registry")

RUNNER = Path(__file__).with_name("push_kill_runner.py")
IMAGE = make_image(random.Random(4).randbytes(20 << 20).hex(), wrapping="")
"""One layer of 40 MiB: five chunks, and a little."""


def _run(where: str, home: Path, layout: Path, registry: DockerRegistry) -> int:
    place = f"registry://{registry.host}/mirror"
    command = [sys.executable, str(RUNNER), where, str(home), str(layout), place]
    return subprocess.run(command, timeout=120, check=False).returncode


@pytest.mark.parametrize(("where", "chunks"), [("between", 3), ("within", 5)])
def test_the_same_again_ends_it(tmp_path: Path, where: str, chunks: int) -> None:
    layout, home = write_layout(tmp_path / "layout", ("app:1", IMAGE)), tmp_path / "home"
    (tmp_path / "registry").mkdir()
    with DockerRegistry(tmp_path / "registry") as registry:
        assert _run(where, home, layout, registry) == -signal.SIGKILL
        before = registry.log.stat().st_size
        assert _run("never", home, layout, registry) == 0
        # What a chunk left that broke off, this registry does not go on with: it begins anew.
        with registry.log.open("rb") as log:
            log.seek(before)
            assert log.read().count(b'"PATCH ') - (where == "within") <= chunks
        source = f"docker://{registry.host}/mirror/app:1"
        skopeo_copy(
            source, f"oci:{tmp_path / 'out'}:x", "--preserve-digests", "--src-tls-verify=false"
        )
        assert set(read_image(tmp_path / "out", "x").blobs) == set(map(str, IMAGE.blobs))
