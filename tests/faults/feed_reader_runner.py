"""Reads a feed in a process of its own: ``feed_reader_runner.py LOGIN``, requests on stdin.

A request is ``HOME URL FINGERPRINT NAME`` on a line, and is answered with one JSON object: how
adding the feed as a source and installing NAME went, how long that took, and by how much the
process was larger then than before.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from provider_core import Host, Settings
from provider_core.context import Credential
from provider_core.errors import Error
from provider_core.transport import HttpTransport, Origin, TransportSettings
from provider_feed import FeedProvider

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""When the feed was published."""
QUICK = TransportSettings(
    connect_timeout=2.0,
    deadline=2.0,
    stall_limit=0.6,
    stall_bytes=10_000,
    retries=2,
    backoff=0.01,
    retry_after_cap=0.05,
    connections=2,
    parallel_from=64 << 10,
    segment=150 << 10,
)


def read(home: Path, url: str, fingerprint: str, name: str, login: str) -> dict[str, Any]:
    """Add the source, install *name*; return what came of it."""
    user, _, password = login.partition(":")
    origin = Origin.of(url)

    def credentials(asked: Origin) -> Credential | None:
        return Credential(username=user, secret=password) if asked == origin else None

    said: dict[str, Any] = {"error": "", "code": 0}
    with (
        HttpTransport(QUICK) as transport,
        Host(
            home,
            providers=[FeedProvider],
            settings=Settings(plugins=False),
            transport=transport,
            credentials=credentials,
            clock=lambda: NOW,
        ) as host,
    ):
        try:
            if not [row for row in host.sources() if not row.builtin]:
                options = {"fingerprint": fingerprint}
                host.add_source("lab", url, provider="feed", options=options)
            host.install(name)
        except Error as error:
            said = {
                "error": type(error).__name__,
                "code": error.exit_code,
                "hint": error.hint,
                "said": error.message,
            }
        images = [str(image.package.pin.digest) for image in host.list()]
        damages = len(host.check_store())
    return {**said, "installed": images, "damages": damages}


@contextmanager
def measured(said: dict[str, Any]) -> Iterator[None]:
    """Add to *said* the seconds, and the bytes at most beyond what the process had before."""
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark begins anew
    before, started = _kilobytes("VmRSS"), time.monotonic()
    yield
    said["seconds"] = time.monotonic() - started
    said["grown"] = (_kilobytes("VmHWM") - before) << 10


def _kilobytes(key: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key))


def main(login: str) -> None:
    """Answer requests until there are no more."""
    for line in sys.stdin:
        home, url, fingerprint, name = line.rstrip("\n").split("\t")
        said: dict[str, Any] = {}
        with measured(said):
            said |= read(Path(home), url, fingerprint, name, login)
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
