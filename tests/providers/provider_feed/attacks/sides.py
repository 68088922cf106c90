"""A publisher's feed, and homes that read it; what an attack must not change is a value here."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from provider_core import Host, Settings, Wishes
from provider_core.errors import Error
from provider_feed import FeedProvider

from ....feeds.feed_format.feeds import Clock, FeedMaker
from ....support.images import SmallImage, make_image
from ....support.published import FeedSite, fingerprint, publish_image

__all__ = ["ALL_VERSIONS", "TOOLS", "Homes", "Seen", "refused", "seen", "set_back"]

ALL_VERSIONS = Wishes(all_versions=True)
TOOLS: dict[str, SmallImage] = {
    version: make_image("base", version) for version in ("1.0", "1.1", "2.0")
}
"""Images of the name ``tool`` by their version; all of them share a layer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a home has, whoever asks."""

    installed: frozenset[str]
    """Digests."""
    offers: tuple[tuple[str, int | None, str], ...]
    """Of each source, how many offers are known, and until when they can be believed."""


class Homes:
    """Opens hosts that know the feed provider alone, each with a home of its own."""

    def __init__(self, folder: Path, clock: Clock, stack: ExitStack) -> None:
        self.clock = clock
        self._folder = folder
        self._stack = stack

    def __call__(self, name: str = "far", **arguments: object) -> Host:
        """Open the home *name*, with Host's further *arguments*."""
        return self._stack.enter_context(
            Host(
                self._folder / name,
                providers=[FeedProvider],
                settings=Settings(plugins=False, system_ca=False),
                clock=self.clock,
                **arguments,  # type: ignore[arg-type]
            )
        )

    def knowing(self, feed: FeedMaker, place: str, name: str = "far", **options: str) -> Host:
        """Open a home with the source ``lab`` at *place*, which pinned the *feed*."""
        host = self(name)
        pinned = {"fingerprint": fingerprint(feed), **options}
        host.add_source("lab", place, provider="feed", options=pinned)
        return host


def seen(host: Host) -> Seen:
    """Return what *host* has; its store must be sound."""
    assert host.check_store() == ()
    return Seen(
        installed=frozenset(str(image.package.pin.digest) for image in host.list()),
        offers=tuple((row.source.name, row.offers, row.until) for row in host.sources()),
    )


@contextmanager
def refused(
    host: Host, *errors: type[Error], code: int = 4
) -> Iterator[pytest.ExceptionInfo[Error]]:
    """Expect one of *errors* with that exit *code*, and nothing of it to be seen in *host*."""
    before = seen(host)
    with pytest.raises(errors) as caught:
        yield caught
    assert type(caught.value).exit_code == code
    assert caught.value.hint
    assert seen(host) == before


def set_back(feed: FeedMaker, place: Path) -> Callable[[], None]:
    """Copy the *feed* as it is now to *place*; return what puts that copy in its place again."""
    shutil.copytree(feed.path, place)

    def restore() -> None:
        shutil.rmtree(feed.path)
        shutil.copytree(place, feed.path)

    return restore


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> FeedMaker:
    """Return a feed that was published twice."""
    feed = FeedMaker(path=tmp_path_factory.mktemp("published") / "feed").create()
    for version in ("1.0", "1.1"):
        publish_image(feed, "tool", version, TOOLS[version])
    return feed


@pytest.fixture
def feed(published: FeedMaker, tmp_path: Path) -> FeedMaker:
    """Return a copy of that feed, for one test."""
    return FeedMaker(
        path=shutil.copytree(published.path, tmp_path / "feed"),
        clock=Clock(published.clock.now),
        root_key=published.root_key,
        online=published.online,
        roots=list(published.roots),
    )


@pytest.fixture(params=["folder", "web"])
def place(request: pytest.FixtureRequest, feed: FeedMaker) -> Iterator[str]:
    """Give where the feed is: its folder, or a web server that serves it."""
    if request.param == "folder":
        yield str(feed.path)
        return
    with FeedSite(feed.path) as site:
        yield site.url("")


@pytest.fixture
def homes(feed: FeedMaker, tmp_path: Path) -> Iterator[Homes]:
    """Open hosts whose clock is the feed's."""
    with ExitStack() as stack:
        yield Homes(tmp_path / "homes", feed.clock, stack)
