"""ferry feed init: keys outside the feed, the root's apart, and none unprotected by accident."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from feed_format import parse_fingerprint
from provider_core.digests import Digest

from ...provider_core.cli.running import Ferry
from .feed_user import FeedUser


def test_the_fingerprint_is_shown_in_16_groups_of_4(ferry: Ferry, tmp_path: Path) -> None:
    ran = ferry("feed", "init", str(tmp_path / "feed"), "--no-passphrase")
    assert ran.code == 0
    shown = re.search(r"Fingerprint *: ((?:[0-9a-f]{4} ){15}[0-9a-f]{4})$", ran.out, re.MULTILINE)
    assert shown is not None
    root = (tmp_path / "feed/trust/1.root.json").read_bytes()
    assert parse_fingerprint(shown[1]) == Digest.of(root)
    assert shown[1] in ran.err  # the command for readers


def test_a_new_feed_can_be_read_at_once(user: FeedUser, tmp_path: Path) -> None:
    assert user.subscriber(tmp_path / "state").refresh().version == 1
    assert user.offers() == []


def test_keys_are_private_files_outside_the_feed(user: FeedUser) -> None:
    keys = user.keys()
    assert set(keys) == {"root", "targets"}
    assert keys["root"]["id"] != keys["targets"]["id"]
    for key in keys.values():
        path = Path(key["file"])
        assert not path.is_relative_to(user.path)
        assert path.parent == user.ferry.home / "keys"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert key["protection"] == "permissions"


def test_the_root_key_may_go_elsewhere(ferry: Ferry, tmp_path: Path) -> None:
    user = FeedUser(ferry=ferry, path=tmp_path / "feed")
    assert user.feed("init", "--no-passphrase", "--root-keys", str(tmp_path / "stick")).code == 0
    keys = user.keys()
    assert (keys["root"]["file"], keys["targets"]["file"] != "") == ("", True)
    assert [path.stem for path in (tmp_path / "stick").iterdir()] == [keys["root"]["id"]]
    # which is not needed for publishing
    assert user.feed("refresh").code == 0


def test_without_a_terminal_somebody_has_to_say_how_keys_are_protected(
    ferry: Ferry, tmp_path: Path
) -> None:
    ran = ferry("feed", "init", str(tmp_path / "feed"))
    assert ran.code == 2
    assert "no terminal" in ran.err
    assert "--passphrase-file" in ran.err
    assert "--no-passphrase" in ran.err
    assert not (tmp_path / "feed").exists()
    assert not (ferry.home / "keys").exists() or not list((ferry.home / "keys").iterdir())


@pytest.mark.parametrize("way", ["file", "environment"])
def test_a_passphrase_protects_the_keys(ferry: Ferry, tmp_path: Path, way: str) -> None:
    user = FeedUser(ferry=ferry, path=tmp_path / "feed")
    (tmp_path / "passphrase").write_text("a long one\nnot this line\n")
    told: tuple[str, ...] = ("--passphrase-file", str(tmp_path / "passphrase"))
    if way == "environment":
        ferry.environ["FERRY_PASSPHRASE"] = "a long one"
        told = ()
    assert user.feed("init", *told).code == 0
    assert user.feed("refresh", *told).code == 0
    assert {key["protection"] for key in user.keys().values()} == {"passphrase"}
    ferry.environ.pop("FERRY_PASSPHRASE", None)
    ran = user.feed("refresh")
    assert ran.code == 2
    assert "needs its passphrase" in ran.err
    ferry.environ["FERRY_PASSPHRASE"] = "another one"
    assert user.feed("refresh").code == 2


def test_the_root_may_have_another_passphrase(ferry: Ferry, tmp_path: Path) -> None:
    user = FeedUser(ferry=ferry, path=tmp_path / "feed")
    (tmp_path / "root").write_text("of the root")
    ran = user.feed("init", "--no-passphrase", "--root-passphrase-file", str(tmp_path / "root"))
    assert ran.code == 0
    keys = user.keys()
    assert (keys["root"]["protection"], keys["targets"]["protection"]) == (
        "passphrase",
        "permissions",
    )
    assert user.feed("refresh").code == 0
    assert user.key("rotate", "--no-passphrase").code == 2
    told = ("--passphrase-file", str(tmp_path / "root"))
    assert user.key("rotate", "--no-passphrase", *told).code == 0
    assert user.keys()["targets"]["protection"] == "permissions"


def test_nothing_is_made_where_something_is(user: FeedUser, tmp_path: Path) -> None:
    before = sorted((user.ferry.home / "keys").iterdir())
    ran = user.feed("init", "--no-passphrase")
    assert (ran.code, "already exists" in ran.err) == (2, True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other/file").touch()
    assert user.ferry("feed", "init", str(tmp_path / "other"), "--no-passphrase").code == 2
    assert sorted((user.ferry.home / "keys").iterdir()) == before


def test_what_a_killed_one_left_is_no_obstacle(ferry: Ferry, tmp_path: Path) -> None:
    (tmp_path / "feed/ingest").mkdir(parents=True)
    (tmp_path / "feed/lock").touch()
    assert ferry("feed", "init", str(tmp_path / "feed"), "--no-passphrase").code == 0


@pytest.mark.parametrize("flag", ["--keys", "--root-keys"])
def test_keys_never_go_into_the_feed(ferry: Ferry, tmp_path: Path, flag: str) -> None:
    feed = tmp_path / "feed"
    ran = ferry("feed", "init", str(feed), "--no-passphrase", flag, str(feed / "keys"))
    assert (ran.code, "handed out" in ran.err) == (2, True)
    assert not feed.exists()


def test_a_url_is_no_folder(ferry: Ferry) -> None:
    ran = ferry("feed", "init", "https://example.org/feed", "--no-passphrase")
    assert (ran.code, "URL" in ran.err) == (2, True)


def test_thresholds_that_nobody_here_can_reach_are_refused(
    ferry: Ferry, colleague: Ferry, tmp_path: Path
) -> None:
    anna = str(tmp_path / "anna.pub")
    assert colleague("key", "new", anna, "--no-passphrase").code == 0
    feed = str(tmp_path / "feed")
    signer = ("--signer", f"root={anna}", "--no-passphrase")
    for told, sentence in (
        (("--threshold", "root=3"), "cannot be asked of"),
        (("--threshold", "root=2"), "--to FILE"),
        (("--threshold", "online=2", "--signer", f"online={anna}"), "one machine signs"),
        (("--threshold", "rout=2"), "roles are root, online"),
        (("--threshold", "root=two"), "no number"),
    ):
        ran = ferry("feed", "init", feed, *signer, *told)
        assert (ran.code, sentence in ran.err) == (2, True), ran.err
    assert not (tmp_path / "feed").exists()
    assert not (ferry.home / "keys").exists()


def test_a_root_that_two_sign_from_the_start(
    user: FeedUser, colleague: Ferry, tmp_path: Path
) -> None:
    ferry, second = user.ferry, FeedUser(ferry=user.ferry, path=tmp_path / "second")
    anna, root = str(tmp_path / "anna.pub"), str(tmp_path / "root.json")
    assert colleague("key", "new", anna, "--no-passphrase").code == 0
    told = ("--signer", f"root={anna}", "--threshold", "root=2", "--no-passphrase", "--to", root)
    ran = second.feed("init", *told)
    assert (ran.code, "Missing     : 1" in ran.out) == (0, True)
    assert not second.path.exists()
    ran = second.feed("init", "--root", root)
    assert (ran.code, "1 more" in ran.err) == (2, True)
    assert colleague("key", "sign", root).code == 0
    assert second.feed("init", "--root", root).code == 0
    assert second.state()["keys"]["root"]["threshold"] == 2
    assert second.subscriber(tmp_path / "state").refresh().version == 1
    assert ferry("feed", "init", str(tmp_path / "x"), *told).code == 2  # the file is there
