"""SHA256SUMS: what coreutils can check, of everything that is the feed's."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from feed_format import open_publisher, rotate, unlike_checksums, write_checksums
from feed_format.checksums import checksum_lines, files_of, line_size
from feed_format.feed_folder import FeedFolder

from .feeds import FeedMaker, online_roles, package


@pytest.fixture
def published(feed: FeedMaker) -> FeedFolder:
    feed.publish(package("tool"))
    return FeedFolder(feed.path)


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs coreutils")
def test_coreutils_finds_every_file_as_it_is(published: FeedFolder) -> None:
    size = write_checksums(published)
    listed = (published.root / "SHA256SUMS").read_text()
    assert len(listed) == size == sum(map(line_size, files_of(published)))
    done = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"],
        cwd=published.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split(": OK\n")) == {*files_of(published), ""}


def test_everything_but_the_publishers_own_is_listed(published: FeedFolder) -> None:
    there = {
        str(path.relative_to(published.root))
        for path in published.root.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
    (published.root / "link").symlink_to("index.json")
    assert set(files_of(published)) == there - {"lock"}


def test_what_others_put_beside_it_is_not_of_the_feed(published: FeedFolder) -> None:
    before = set(files_of(published))
    for name in (
        "System Volume Information/WPSettings.dat",
        "Pr\xfcfbericht.pdf",
        "SHA256SUMS.bak",
    ):
        path = published.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("of the medium's owner")
    write_checksums(published)
    assert set(files_of(published)) == before
    assert list(unlike_checksums(published)) == []


def test_the_list_is_gone_once_it_is_wrong(published: FeedFolder, feed: FeedMaker) -> None:
    write_checksums(published)
    feed.publish(package("other"))
    assert not (published.root / "SHA256SUMS").exists()
    write_checksums(published)
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        publisher.prune()
    assert not (published.root / "SHA256SUMS").exists()
    write_checksums(published)
    root = feed.following(online_roles(feed.root_key, feed.online), feed.root_key)
    rotate(feed.path, root, clock=feed.clock)
    assert not (published.root / "SHA256SUMS").exists()


def test_what_is_not_as_the_list_says(published: FeedFolder) -> None:
    assert list(unlike_checksums(published)) == []  # no list
    write_checksums(published)
    assert list(unlike_checksums(published)) == []
    (published.root / "more").write_text("of the medium's owner")
    (published.root / "index.json").write_text("{}")
    (published.root / "oci-layout").unlink()
    assert [path for path, _ in unlike_checksums(published)] == ["index.json", "oci-layout"]


@pytest.mark.parametrize("line", [b"", b"no sum\n", b"0" * 10_000])
def test_a_list_that_is_damaged(published: FeedFolder, line: bytes) -> None:
    write_checksums(published)
    path = published.root / "SHA256SUMS"
    path.write_bytes((line + path.read_bytes())[:-1])
    assert list(unlike_checksums(published)) == [("SHA256SUMS", "SHA256SUMS is damaged")]


def test_lines_are_in_order() -> None:
    assert checksum_lines({"b": "22", "a": "11"}) == b"11  a\n22  b\n"
    assert len(checksum_lines({"b/c": "0" * 64})) == line_size("b/c")
