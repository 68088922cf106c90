"""Every file that a home reads is changed in turn: exit code 4, and nothing of it is to be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provider_core import Host
from provider_core.errors import Error, IntegrityError, Untrusted
from provider_core.oci.layout import blob_path

from ....feeds.feed_format.feeds import FeedMaker
from ....support.images import make_referrer
from ....support.published import FeedSite, fingerprint, publish_image
from .sides import TOOLS, Homes, refused, seen

FIRST = "trust/1.root.json"


@contextmanager
def changed(path: Path) -> Iterator[None]:
    """Change one bit in the middle of a file, for a while."""
    data = path.read_bytes()
    middle = len(data) // 2
    path.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    yield
    path.write_bytes(data)


def read_by(folder: Path, act: Callable[[str], object]) -> list[str]:
    """Return which files of the feed in *folder* are read when *act* is done with its URL."""
    with FeedSite(folder) as site:
        act(site.url(""))
        asked = {head.split(b" ")[1].decode()[1:] for head in site.listener.heads}
    return sorted(name for name in asked if (folder / name).is_file())


def bring(host: Host, place: str, pin: str, version: str = "2.0") -> None:
    """Add the source and install from it."""
    host.add_source("lab", place, provider="feed", options={"fingerprint": pin}, force=True)
    host.install(f"tool=={version}")


@pytest.fixture
def signed(feed: FeedMaker) -> FeedMaker:
    """Return the feed with an image that something refers to."""
    publish_image(feed, "tool", "2.0", TOOLS["2.0"], make_referrer(TOOLS["2.0"].root, b"signed"))
    return feed


def test_a_new_home_sees_every_change(signed: FeedMaker, place: str, homes: Homes) -> None:
    pin = fingerprint(signed)
    names = read_by(signed.path, lambda url: bring(homes("curious"), url, pin))
    roles = [name for name in names if name.startswith("trust/") and name.count("/") == 1]
    assert roles == [FIRST, "trust/3.snapshot.json", "trust/3.targets.json", "trust/timestamp.json"]
    assert len(names) == 4 + 2 + 4 + 3  # shard and document, the image, what refers to it
    for number, name in enumerate(names):
        host = homes(f"far-{number}")
        with changed(signed.path / name), pytest.raises(Error) as caught:
            bring(host, place, pin)
        # With its first root changed, the feed is another one than was pinned.
        assert isinstance(caught.value, Untrusted if name == FIRST else IntegrityError), name
        assert caught.value.exit_code == (2 if name == FIRST else 4)
        assert not host.list()
        assert host.check_store() == ()
        bring(host, place, pin)
        assert host.check_store() == ()


def test_a_home_that_knows_the_feed_sees_every_change(
    feed: FeedMaker, place: str, homes: Homes
) -> None:
    host, curious = homes.knowing(feed, place), homes.knowing(feed, str(feed.path), "curious")
    host.install("tool==1.1")
    publish_image(feed, "tool", "2.0", TOOLS["2.0"])

    def update(host: Host) -> None:
        host.refresh("lab")
        host.install("tool==2.0")

    def curiously(url: str) -> None:
        curious.set_source("lab", location=url)
        update(curious)

    names = read_by(feed.path, curiously)
    lists = [name for name in names if not name.startswith("blobs/") and name != FIRST]
    assert len(lists) == 4
    for name in lists:
        with changed(feed.path / name), refused(host, IntegrityError):
            update(host)
    host.refresh("lab")
    layer = feed.path / blob_path(TOOLS["2.0"].manifest.layers[-1].digest)
    with changed(layer), refused(host, IntegrityError):
        host.install("tool==2.0")
    update(host)
    assert len(host.list()) == 2


def test_every_byte_of_a_small_feed_counts(feed: FeedMaker, homes: Homes) -> None:
    """One home meets hundreds of changed copies, believes none, and then takes the true one."""
    host = homes.knowing(feed, str(feed.path))
    publish_image(feed, "tool", "2.0", TOOLS["2.0"])
    known = seen(host)
    for name in ("trust/timestamp.json", "trust/3.snapshot.json", "trust/3.targets.json"):
        data = (feed.path / name).read_bytes()
        for at in range(7, len(data), len(data) // 20):
            (feed.path / name).write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
            with pytest.raises(IntegrityError):
                host.refresh("lab")
        (feed.path / name).write_bytes(data)
    assert seen(host) == known
    host.install("tool==2.0")
