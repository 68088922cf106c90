"""Saving to a folder: a bundle, signed by the home's courier, that the far side can trust."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from feed_format import fingerprint_of, read_feed, show_fingerprint
from provider_core import Host, Settings
from provider_core.errors import Exists, IntegrityError, Rollback, Untrusted, UsageError
from provider_core.operations.wishes import Wishes
from provider_core.testing import RecordingProgress
from provider_feed import FeedProvider

from ...feeds.feed_format.feeds import Clock, FeedMaker
from ...support.images import make_image
from ...support.published import fingerprint, publish_image

IMAGE = make_image("one")


@pytest.fixture
def feed(tmp_path: Path) -> FeedMaker:
    feed = FeedMaker(path=tmp_path / "feed").create()
    publish_image(feed, "Tool", "1.0", IMAGE)
    publish_image(feed, "other", "1.0", make_image("other"))
    return feed


@pytest.fixture
def homes(tmp_path: Path, feed: FeedMaker) -> Iterator[_Homes]:
    homes = _Homes(tmp_path, feed.clock)
    yield homes
    for host in homes.opened:
        host.close()


class _Homes:
    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self.opened: list[Host] = []
        self.progress = RecordingProgress()

    def __call__(self, name: str) -> Host:
        host = Host(
            self._folder / name,
            providers=[FeedProvider],
            settings=Settings(plugins=False),
            clock=self._clock,
            progress=self.progress,
        )
        self.opened.append(host)
        return host


@pytest.fixture
def near(homes: _Homes, feed: FeedMaker) -> Host:
    host = homes("near")
    host.add_source("a", str(feed.path), options={"fingerprint": fingerprint(feed)})
    return host


@pytest.fixture
def bundle(near: Host, tmp_path: Path) -> Path:
    near.save("tool", to=str(tmp_path / "bundle"))
    return tmp_path / "bundle"


def _courier(bundle: Path) -> str:
    return show_fingerprint(fingerprint_of((bundle / "trust/root.json").read_bytes()))


def test_the_far_side_trusts_the_courier(homes: _Homes, bundle: Path) -> None:
    far = homes("far")
    far.add_source("usb", str(bundle), options={"fingerprint": _courier(bundle)})
    (image,) = far.install("tool").installed
    assert (image.name, image.content.root) == ("Tool", IMAGE.root)
    assert far.sources()[0].facts["series"] == "bundle"
    assert any(_courier(bundle) in text for text in homes.progress.notices)


def test_the_record_says_which_bundle_an_image_came_by(homes: _Homes, bundle: Path) -> None:
    far = homes("far")
    far.add_source("usb", str(bundle), options={"fingerprint": _courier(bundle)})
    far.install("tool")
    (after,) = [one.after for one in far.log()[0].changes if one.kind == "image"]
    assert after is not None
    facts = after["content"]["facts"]
    known = far.sources()[0].facts
    assert facts["io.imageferry.bundle.series"] == known["series"] == "bundle"
    assert facts["io.imageferry.bundle.version"] == known["bundle"]


def test_the_far_side_trusts_the_publisher_alone(
    homes: _Homes, feed: FeedMaker, bundle: Path
) -> None:
    far = homes("far")
    far.add_source("usb", str(bundle), options={"fingerprint": fingerprint(feed)})
    assert [one.name for one in far.find("*").packages] == ["Tool"]
    (image,) = far.install("tool").installed
    assert image.content.root == IMAGE.root


def test_what_the_courier_adds_is_nothing_to_who_trusts_the_publisher(
    homes: _Homes, near: Host, feed: FeedMaker, bundle: Path, tmp_path: Path
) -> None:
    own = FeedMaker(path=tmp_path / "own", clock=feed.clock).create()
    publish_image(own, "forged", "1.0", make_image("forged"))
    near.add_source("own", str(own.path), options={"fingerprint": fingerprint(own)})
    near.save("forged", to=str(bundle))
    far = homes("far")
    far.add_source("usb", str(bundle), options={"fingerprint": fingerprint(feed)})
    assert [one.name for one in far.find("*").packages] == ["Tool"]


def test_a_bundle_is_extended(homes: _Homes, near: Host, bundle: Path) -> None:
    assert near.save("other", "tool", to=f"{bundle}-2").saved.reused == 0
    again = near.save("tool", to=str(bundle)).saved
    more = near.save("other", to=str(bundle)).saved
    assert again.reused > 0
    assert (more.names, more.reused) == (("other:1.0",), 0)
    assert near.save("other", to=str(bundle)).saved.reused > 0
    far = homes("far")
    far.add_source("usb", str(bundle), options={"fingerprint": _courier(bundle)})
    assert [one.name for one in far.find("*").packages] == ["other", "Tool"]


def test_all_bundles_of_a_home_have_one_fingerprint(near: Host, bundle: Path) -> None:
    second = bundle.with_name("second")
    near.save("other", to=str(second))
    assert _courier(second) == _courier(bundle)


def test_another_homes_bundle_is_not_signed(homes: _Homes, feed: FeedMaker, bundle: Path) -> None:
    other = homes("other")
    other.add_source("a", str(feed.path), options={"fingerprint": fingerprint(feed)})
    with pytest.raises(Untrusted, match="other keys"):
        other.save("other", to=str(bundle))
    assert [document.name for document in read_feed(bundle).documents()] == ["Tool"]


def test_a_folder_of_something_else_is_left_alone(near: Host, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("dear")
    with pytest.raises(Exists):
        near.save("tool", to=str(tmp_path / "full"))
    assert [path.name for path in (tmp_path / "full").iterdir() if path.is_file()] in (
        ["letter.txt"],
        ["letter.txt", "lock"],
        ["lock", "letter.txt"],
    )


def test_it_holds_for_as_long_as_it_is_said(near: Host, tmp_path: Path, feed: FeedMaker) -> None:
    near.save("tool", to=str(tmp_path / "b"), wishes=Wishes(options={"valid-for": "90d"}))
    ends = {state.role: state.expires for state in read_feed(tmp_path / "b").states}
    assert ends["timestamp"] == ends["targets"] == feed.clock.now + timedelta(days=90)
    near.save("tool", to=str(tmp_path / "c"))
    assert read_feed(tmp_path / "c").states[3].expires == feed.clock.now + timedelta(days=365)


def test_a_series_is_the_folders_name_unless_it_is_said(near: Host, tmp_path: Path) -> None:
    near.save("tool", to=str(tmp_path / "plant 7"))
    wishes = Wishes(options={"series": "plant-8"})
    near.save("tool", to=str(tmp_path / "b"), wishes=wishes)
    near.save("other", to=str(tmp_path / "b"))
    with pytest.raises(UsageError, match="'plant-8'"):
        near.save("tool", to=str(tmp_path / "b"), wishes=Wishes(options={"series": "plant-9"}))


def test_the_far_side_remembers_its_series(homes: _Homes, near: Host, tmp_path: Path) -> None:
    for name in ("ours", "theirs"):
        near.save("tool", to=str(tmp_path / name))
    far = homes("far")
    courier = _courier(tmp_path / "ours")
    far.add_source("usb", str(tmp_path / "ours"), options={"fingerprint": courier})
    far.set_source("usb", location=str(tmp_path / "ours"))
    with pytest.raises(IntegrityError, match="'theirs'") as caught:
        far.set_source("usb", location=str(tmp_path / "theirs"))
    assert caught.value.exit_code == 4
    assert far.install("tool").installed  # what was remembered is not spoilt


def test_a_series_can_be_said_beforehand(homes: _Homes, bundle: Path) -> None:
    far = homes("far")
    known = {"fingerprint": _courier(bundle), "series": "another"}
    with pytest.raises(IntegrityError, match="'another'"):
        far.add_source("usb", str(bundle), options=known)
    far.add_source("usb", str(bundle), options={**known, "series": "bundle"})
    assert far.find("tool").packages


def test_an_older_bundle_is_a_rollback(
    homes: _Homes, near: Host, bundle: Path, feed: FeedMaker, tmp_path: Path
) -> None:
    import shutil

    older = tmp_path / "older"
    shutil.copytree(bundle, older)
    feed.clock.pass_days(1)
    near.save("other", to=str(bundle))
    far = homes("far")
    far.add_source("usb", str(bundle), options={"fingerprint": _courier(bundle)})
    with pytest.raises(Rollback) as caught:
        far.set_source("usb", location=str(older))
    far.set_source("usb", location=str(bundle))
    version = caught.value.hint.rpartition(" ")[2]
    newer = {"accept-rollback": str(int(version) + 1)}
    with pytest.raises(Rollback):
        far.set_source("usb", location=str(older), options=newer)
    far.set_source("usb", location=str(older), options={"accept-rollback": version})
    assert [one.name for one in far.find("*").packages] == ["Tool"]
    far.set_source("usb", location=str(bundle))
    assert [one.name for one in far.find("*").packages] == ["other", "Tool"]


def test_going_back_stays_within_the_series(homes: _Homes, near: Host, tmp_path: Path) -> None:
    for name in ("theirs", "ours"):
        near.save("tool", to=str(tmp_path / name))
    far = homes("far")
    ours, theirs = str(tmp_path / "ours"), str(tmp_path / "theirs")
    far.add_source("usb", ours, options={"fingerprint": _courier(tmp_path / "ours")})
    version = read_feed(tmp_path / "theirs").states[3].version
    back = {"accept-rollback": str(version)}
    with pytest.raises(IntegrityError, match="'theirs'"):
        far.set_source("usb", location=theirs, options=back)
    assert far.install("tool").installed
    far.set_source("usb", location=theirs, options={**back, "series": "theirs"})


def test_older_evidence_that_is_not_vouched_for_stays_at_home(
    homes: _Homes, near: Host, feed: FeedMaker, tmp_path: Path
) -> None:
    near.install("tool")
    publish_image(feed, "Tool", "2.0", make_image("two"))  # its shard is another one now
    near.refresh()
    near.install("other")
    near.save("tool:1.0", "other", to=str(tmp_path / "b"))
    assert any("Tool 1.0" in text for text in homes.progress.notices)
    far = homes("far")
    far.add_source("usb", str(tmp_path / "b"), options={"fingerprint": fingerprint(feed)})
    assert [one.name for one in far.find("*").packages] == ["other"]


def test_nothing_of_this_host_travels(near: Host, bundle: Path, tmp_path: Path) -> None:
    far_bundle = tmp_path / "second"
    wishes = Wishes(options={"fingerprint": _courier(bundle)})
    near.save(str(bundle), to=str(far_bundle), wishes=wishes)
    texts = b"".join(path.read_bytes() for path in far_bundle.rglob("*") if path.is_file())
    assert str(tmp_path).encode() not in texts
