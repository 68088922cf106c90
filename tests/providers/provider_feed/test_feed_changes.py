"""ferry feed remove, list, refresh, prune: what readers see afterwards, and what is gone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from feed_format.feed_lock import feed_lock

from ...provider_core.cli.running import Ferry
from .feed_user import FeedUser

VERSIONS = ("1.0", "1.1", "1.2", "2.0")


@pytest.fixture
def stocked(user: FeedUser, tmp_path: Path) -> FeedUser:
    """Return the publisher of four versions of a tool, and of another one."""
    for version in VERSIONS:
        add(user, tmp_path, "tool", version)
    add(user, tmp_path, "other", "1.0")
    return user


def add(user: FeedUser, folder: Path, name: str, version: str) -> None:
    file = folder / name
    file.write_text(f"{name} {version}")
    told = ("--media-type", "application/x-tool", "--version", version)
    assert user.feed("add", str(file), *told).code == 0


def of_tool(*versions: str) -> list[tuple[str, str]]:
    return [("other", "1.0"), *(("tool", version) for version in versions)]


@pytest.mark.parametrize(
    ("requests", "left"),
    [
        (("tool:1.1",), of_tool("1.0", "1.2", "2.0")),
        (("tool<2",), of_tool("2.0")),
        (("TOOL",), of_tool()),
        (("t*", "other"), []),
    ],
)
def test_what_is_removed_is_offered_no_longer(
    stocked: FeedUser, requests: tuple[str, ...], left: list[tuple[str, str]]
) -> None:
    before = stocked.state()["version"]
    ran = stocked.feed("remove", *requests, "--json")
    assert ran.code == 0, ran.err
    (row,) = ran.rows
    assert len(row["removed"]) == 5 - len(left)
    assert row["version"] == before + 1
    assert stocked.offers() == left


def test_removed_content_stays_until_it_is_pruned(stocked: FeedUser, tmp_path: Path) -> None:
    subscriber = stocked.subscriber(tmp_path / "state")
    gone = subscriber.packages("tool")[0]
    assert stocked.feed("remove", "tool:1.0").code == 0
    subscriber.manifest(gone)
    assert "0 files removed" in stocked.feed("prune").out
    subscriber.manifest(gone)
    assert stocked.feed("prune", "--grace", "0").code == 0
    with pytest.raises(FileNotFoundError):
        subscriber.manifest(gone)
    for package in subscriber.packages("tool"):
        subscriber.manifest(package)


@pytest.mark.parametrize("request_", ["tool:9", "nothing", "x*"])
def test_what_is_not_there_is_not_found(stocked: FeedUser, request_: str) -> None:
    ran = stocked.feed("remove", "tool:1.0", request_)
    assert (ran.code, "ferry feed list" in ran.err) == (3, True)
    assert stocked.offers() == of_tool(*VERSIONS)


def test_a_path_is_no_request(stocked: FeedUser) -> None:
    assert stocked.feed("remove", "./tool.tar").code == 2


def test_a_list_may_have_a_pattern_and_columns(stocked: FeedUser) -> None:
    out = stocked.feed("list", "o*", "--columns", "Name,Version").out
    assert out.splitlines()[2:] == ["other 1.0"]
    assert stocked.feed("list", "x*").err == "nothing fits\n"
    assert stocked.feed("list", "--columns", "Nonsense").code == 2


def test_listing_needs_no_key_and_writes_nothing(stocked: FeedUser, colleague: Ferry) -> None:
    before = sorted(stocked.path.rglob("*"))
    ran = colleague("feed", "list", str(stocked.path))
    assert (ran.code, "other" in ran.out) == (0, True)
    assert sorted(stocked.path.rglob("*")) == before
    assert not colleague.home.exists()


def test_a_listed_feed_is_verified(stocked: FeedUser) -> None:
    pointer = stocked.path / "trust/timestamp.json"
    document = json.loads(pointer.read_bytes())
    document["signed"]["version"] += 1
    pointer.write_text(json.dumps(document))
    ran = stocked.feed("list")
    assert (ran.code, "not signed" in ran.err) == (4, True)
    assert stocked.feed("refresh").code == 4


def test_a_refresh_is_a_new_signature_of_the_same(stocked: FeedUser, tmp_path: Path) -> None:
    before = stocked.state()
    ran = stocked.feed("refresh")
    assert ran.code == 0, ran.err
    after = stocked.state()
    assert after["version"] == before["version"] + 1
    assert after["fingerprint"] == before["fingerprint"]
    assert stocked.offers() == of_tool(*VERSIONS)
    assert stocked.subscriber(tmp_path / "state").refresh().version == after["version"]


def test_pruning_keeps_the_newest(stocked: FeedUser) -> None:
    ran = stocked.feed("prune", "--keep", "newest:2", "--json")
    (row,) = ran.rows
    assert (row["versions"], row["version"]) == (2, 7)
    assert stocked.offers() == of_tool("1.2", "2.0")


@pytest.mark.parametrize("text", ["3", "newest:0", "newest:x", "oldest:3", "newest"])
def test_what_pruning_cannot_keep(stocked: FeedUser, text: str) -> None:
    assert stocked.feed("prune", "--keep", text).code == 2


def test_the_second_publisher_is_told(stocked: FeedUser) -> None:
    with feed_lock(stocked.path / "lock", 1):
        ran = stocked.feed("remove", "tool", "--lock-timeout", "0.1")
        assert (ran.code, "lock" in ran.err.lower()) == (6, True)
        assert stocked.feed("refresh", "--lock-timeout", "0.1").code == 6
        assert stocked.offers() == of_tool(*VERSIONS)  # readers do not wait


def test_publishers_at_once_lose_nothing(ferry: Ferry, tmp_path: Path) -> None:
    user = FeedUser(ferry=ferry, path=tmp_path / "feed")
    assert ferry.finished("feed", "init", str(user.path), "--no-passphrase").code == 0
    started = []
    for number in range(4):
        file = tmp_path / f"tool-{number}"
        file.write_text(str(number))
        told = (str(file), "--media-type", "application/x-tool", "--version", "1.0")
        started.append(ferry.process("feed", "add", str(user.path), *told))
    for process in started:
        _, why = process.communicate(timeout=60)
        assert process.returncode == 0, why
    assert user.offers() == [(f"tool-{number}", "1.0") for number in range(4)]
    assert user.state()["version"] == 5


def test_an_unknown_command_is_whywith_what_is_near(ferry: Ferry) -> None:
    ran = ferry("feed", "ad", "x")
    assert (ran.code, "did you mean add?" in ran.err) == (2, True)
    assert "Sign a feed again" in ferry("feed").out
    assert "feed " in ferry("--help").out
