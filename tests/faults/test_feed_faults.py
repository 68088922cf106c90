"""Every way in which HTTP can fail, at every kind of file of a feed.

Right content, or an error that says what is wrong; in time, in little memory, and without a
credential for anybody but the feed's own server.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from provider_core.oci.layout import blob_path
from provider_core.testing.fault_server import Fault

from ..feeds.feed_format.feeds import FeedMaker
from ..support.images import make_artifact
from ..support.published import FeedSite, fingerprint, publish_image

RUNNER = Path(__file__).with_name("feed_reader_runner.py")
LOGIN = "courier:pass-word"
IMAGE = make_artifact(random.Random(5).randbytes(300_000))
BLOB = IMAGE.manifest.layers[0]
KINDS = ("metadata", "shard", "document", "blob")
GROWTH = 64 << 20
"""Bytes."""
PATIENCE = 30.0
"""Seconds: more than the few that the reader's limits allow on a busy machine, and far less
than a server that never answers would take."""

HARMLESS = frozenset(
    {
        Fault.LONGER,
        Fault.WRONG_TYPE,
        Fault.WRONG_DIGEST,
        Fault.COOKIES,
        Fault.RANGE_IGNORED,
        Fault.WRONG_RANGE,
        Fault.SHORT_RANGE,
        Fault.CHANGED,
        Fault.RANGE_REFUSED,
        Fault.REDIRECT,
    }
)
"""What does not keep the right bytes from coming."""

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="measures memory as Linux tells it"
)


class Runner:
    """Reads a feed in another process, which has no server's memory."""

    def __init__(self, requests: IO[str], answers: IO[str]) -> None:
        self._requests = requests
        self._answers = answers

    def __call__(self, home: Path, url: str, pin: str) -> dict[str, Any]:
        self._requests.write("\t".join([str(home), url, pin, "tool"]) + "\n")
        self._requests.flush()
        said: dict[str, Any] = json.loads(self._answers.readline())
        return said


@pytest.fixture(scope="module")
def runners() -> Iterator[dict[str, Runner]]:
    """Start a process that reads, for each kind of file."""
    with ExitStack() as stack:
        yield {kind: stack.enter_context(_running()) for kind in KINDS}


@contextmanager
def _running() -> Iterator[Runner]:
    command = [sys.executable, str(RUNNER), LOGIN]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Runner(process.stdin, process.stdout)
        process.stdin.close()


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> FeedMaker:
    """Return a feed with one artifact."""
    feed = FeedMaker(path=tmp_path_factory.mktemp("faults") / "feed").create()
    publish_image(feed, "tool", "1.0", IMAGE)
    return feed


def files_of(feed: FeedMaker) -> dict[str, str]:
    """Return the URL paths of a file of each kind."""
    shard = next((feed.path / "trust" / "targets" / "shards").iterdir())
    blobs = {path.name for path in (feed.path / "blobs" / "sha256").iterdir()}
    (document,) = blobs - {digest.hex for digest in IMAGE.blobs}
    return {
        "metadata": "/trust/timestamp.json",
        "shard": f"/trust/targets/shards/{shard.name}",
        "document": f"/blobs/sha256/{document}",
        "blob": f"/{blob_path(BLOB.digest)}",
    }


def case(
    kind: str, fault: Fault, feed: FeedMaker, runner: Runner, home: Path
) -> tuple[dict[str, Any], bool]:
    """Read the feed while the file of that *kind* is faulty; return what came, what leaked."""
    path = files_of(feed)[kind]
    with FeedSite(feed.path, login=LOGIN) as site:
        site.fail(path, fault)
        said = runner(home, site.url(""), fingerprint(feed))
        assert site.asked(path)
        secrets = (LOGIN.partition(":")[2], site.login.partition(" ")[2])
        return said, any(map(site.leaked, secrets))


@pytest.mark.parametrize("fault", Fault)
def test_right_content_or_an_error(
    fault: Fault, feed: FeedMaker, runners: dict[str, Runner], tmp_path: Path
) -> None:
    with ThreadPoolExecutor(len(KINDS)) as threads:
        cases = {
            kind: threads.submit(case, kind, fault, feed, runners[kind], tmp_path / kind)
            for kind in KINDS
        }
    for kind, one in cases.items():
        said, leaked = one.result()
        if fault in HARMLESS:
            assert (said["error"], said["installed"]) == ("", [str(IMAGE.root.digest)]), (
                kind,
                said,
            )
        else:
            assert said["code"] in (4, 5), kind
            assert said["hint"], kind
            assert said["installed"] == [], kind
        assert said["damages"] == 0, kind
        assert said["seconds"] < PATIENCE, kind
        assert said["grown"] <= GROWTH, kind
        assert not leaked, kind


def test_the_password_is_needed_at_all(
    feed: FeedMaker, runners: dict[str, Runner], tmp_path: Path
) -> None:
    with FeedSite(feed.path, login="courier:another-word") as site:
        said = runners["blob"](tmp_path / "home", site.url(""), fingerprint(feed))
    assert (said["error"], said["code"]) == ("AuthRequired", 5)
