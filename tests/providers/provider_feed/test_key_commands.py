"""ferry key: who may sign a feed is changed, and its readers go on without noticing."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from feed_format import PublicKey
from provider_core.errors import SignatureError
from provider_feed import courier_roots, courier_signer

from ...provider_core.cli.running import NOW, Ferry
from .feed_user import FeedUser

NONE = "--no-passphrase"


@pytest.fixture
def anna(colleague: Ferry, tmp_path: Path) -> str:
    """Return the file of the colleague's public key, whose private half is in her home."""
    assert colleague("key", "new", str(tmp_path / "anna.pub"), NONE).code == 0
    return str(tmp_path / "anna.pub")


def test_a_new_key_shows_its_public_half(colleague: Ferry, anna: str) -> None:
    (row,) = colleague("key", "list", "--json").rows
    assert (row["roles"], row["protection"]) == ([], "permissions")
    assert Path(row["file"]).parent == colleague.home / "keys"
    assert "PUBLIC KEY" in Path(anna).read_text()
    assert colleague("key", "new", anna, NONE).code == 2


def test_show_says_who_signs(user: FeedUser) -> None:
    out = user.key("show").out
    assert "RootKeys       : 1 of 1: " in out
    online = user.keys()["targets"]
    (row,) = user.key("show", "online", "--json").rows
    assert row == online
    assert "PUBLIC KEY" in row["public"]
    (row,) = user.key("show", online["id"][:8], "--json").rows
    assert row == online
    for unknown in ("ffff0000", "rot", online["id"][:3]):
        assert user.key("show", unknown).code == 2


def test_the_online_key_is_rotated_and_readers_go_on(user: FeedUser, tmp_path: Path) -> None:
    subscriber = user.subscriber(tmp_path / "state")
    subscriber.refresh()
    before = user.keys()
    ran = user.key("rotate", NONE)
    assert ran.code == 0, ran.err
    assert before["targets"]["file"] in ran.err  # what may be deleted
    after = user.keys()
    assert after["targets"]["id"] != before["targets"]["id"]
    assert after["root"] == before["root"]
    assert subscriber.refresh().version == 2
    Path(before["targets"]["file"]).unlink()
    assert user.feed("refresh").code == 0
    assert subscriber.refresh().version == 3


def test_the_root_key_is_rotated_beside_the_old_one(user: FeedUser, tmp_path: Path) -> None:
    subscriber, stick = user.subscriber(tmp_path / "state"), tmp_path / "stick"
    subscriber.refresh()
    stick.mkdir()
    shutil.move(user.keys()["root"]["file"], stick)
    assert user.key("rotate", "root", NONE).code == 2
    assert user.key("rotate", "root", NONE, "--keys", str(stick)).code == 0
    (key,) = [row for row in user.key("list", "--keys", str(stick), "--json").rows[:1]]
    assert Path(key["file"]).parent == stick
    assert user.keys()["root"]["file"] == ""
    assert subscriber.refresh().role("root").version == 2
    assert user.state()["fingerprint"] == subscriber.pin.hex


def test_without_the_root_key_nothing_is_made(user: FeedUser) -> None:
    keys = user.ferry.home / "keys"
    Path(user.keys()["root"]["file"]).unlink()
    before = sorted(keys.iterdir())
    ran = user.key("rotate", NONE)
    assert (ran.code, "1 more signatures" in ran.err, "--to FILE" in ran.err) == (2, True, True)
    assert sorted(keys.iterdir()) == before
    assert user.state()["root_version"] == 1


def test_two_colleagues_hold_the_root(
    user: FeedUser, colleague: Ferry, anna: str, tmp_path: Path
) -> None:
    subscriber, root = user.subscriber(tmp_path / "state"), str(tmp_path / "root.json")
    subscriber.refresh()
    told = ("--signer", f"root={anna}", "--threshold", "root=2")
    ran = user.key("rotate", *told, "--to", root, "--json")
    assert (ran.code, ran.rows[0]["missing"], ran.rows[0]["applied"]) == (0, 1, False)
    ran = user.key("apply", root)
    assert (ran.code, "not signed by 2" in ran.err) == (4, True)
    shown = colleague("key", "sign", root, "--look", "--json").rows
    assert [row["roles"][0] for row in shown] == ["root", "root", "targets"]
    assert "Missing     : 0" in colleague("key", "sign", root).out
    assert user.key("apply", root).code == 0
    assert user.state()["keys"]["root"]["threshold"] == 2
    assert user.key("apply", root).code == 0  # again, as after a crash
    assert subscriber.refresh().role("root").version == 2
    # from now on neither can go on alone
    assert user.key("rotate", NONE).code == 2
    assert colleague("key", "rotate", str(user.path), NONE).code == 2
    second = str(tmp_path / "second.json")
    assert user.key("rotate", NONE, "--to", second).code == 0
    assert colleague("key", "sign", second).code == 0
    assert user.key("apply", second).code == 0
    assert subscriber.refresh().role("root").version == 3


def test_nobody_signs_what_is_not_theirs(
    user: FeedUser, colleague: Ferry, anna: str, tmp_path: Path
) -> None:
    root = tmp_path / "root.json"
    assert user.key("rotate", "--renew", "--to", str(root)).code == 0
    before = root.read_bytes()
    ran = colleague("key", "sign", str(root))
    assert (ran.code, "no key is here" in ran.err) == (2, True)
    assert root.read_bytes() == before


def test_a_key_that_goes_signs_the_root_that_takes_it_away(
    user: FeedUser, colleague: Ferry, anna: str, tmp_path: Path
) -> None:
    both = str(tmp_path / "both.json")
    told = ("--signer", f"root={anna}", "--threshold", "root=2", "--to", both)
    assert user.key("rotate", *told).code == 0
    assert colleague("key", "sign", both).code == 0
    assert user.key("apply", both).code == 0
    alone, hers = str(tmp_path / "alone.json"), colleague("key", "list", "--json").rows[0]["id"]
    ran = user.key("revoke", hers, "--to", alone)
    assert (ran.code, "wants 2" in ran.err) == (2, True)
    lower = str(tmp_path / "lower.json")
    assert user.key("rotate", "--threshold", "root=1", "--to", lower).code == 0
    assert colleague("key", "sign", lower).code == 0
    assert user.key("apply", lower).code == 0
    assert user.key("revoke", hers).code == 0
    assert [row["roles"][0] for row in user.key("list", "--json").rows] == ["root", "targets"]


def test_a_colleague_publishes_with_her_own_key(
    user: FeedUser, colleague: Ferry, anna: str, tmp_path: Path
) -> None:
    assert colleague("feed", "refresh", str(user.path)).code == 2
    assert user.key("rotate", "--signer", f"online={anna}").code == 0
    assert colleague("feed", "refresh", str(user.path)).code == 0
    subscriber = user.subscriber(tmp_path / "state")
    assert subscriber.refresh().version == 2
    hers = colleague("key", "list", "--json").rows[0]["id"]
    # what she signed last would count no longer: it is signed again by whoever revokes
    assert user.key("revoke", hers).code == 0
    assert subscriber.refresh().version == 3
    assert colleague("feed", "refresh", str(user.path)).code == 2


def test_a_machine_with_the_timestamps_key_keeps_a_feed_fresh(
    user: FeedUser, colleague: Ferry, anna: str, tmp_path: Path
) -> None:
    assert user.key("rotate", "--signer", f"timestamp={anna}").code == 0
    assert colleague("feed", "refresh", str(user.path)).code == 0
    assert user.subscriber(tmp_path / "state").refresh().version == 2
    (tmp_path / "file").touch()
    told = (str(tmp_path / "file"), "--media-type", "application/x-evil")
    assert colleague("feed", "add", str(user.path), *told).code == 2
    assert user.offers() == []


def test_a_key_may_be_replaced_by_a_given_one(
    user: FeedUser, colleague: Ferry, anna: str, tmp_path: Path
) -> None:
    root = str(tmp_path / "root.json")
    assert user.key("rotate", "online", "--with", anna).code == 2  # nobody here could sign again
    assert user.state()["root_version"] == 1
    assert user.key("rotate", "online", "--with", anna, "--to", root).code == 0
    assert colleague("key", "apply", str(user.path), root).code == 0
    assert user.subscriber(tmp_path / "state").refresh().version == 2
    assert user.feed("refresh").code == 2
    assert user.key("rotate", "--with", anna, "--renew").code == 2


def test_the_only_key_is_not_revoked(user: FeedUser) -> None:
    for role in ("root", "online"):
        ran = user.key("revoke", role)
        assert (ran.code, "ferry key rotate" in ran.err) == (2, True)


def test_a_root_is_renewed(user: FeedUser, tmp_path: Path) -> None:
    subscriber = user.subscriber(tmp_path / "state")
    subscriber.refresh()
    before = user.keys()
    assert user.key("rotate", "--renew").code == 0
    assert user.keys() == before
    assert subscriber.refresh().role("root").version == 2
    assert subscriber.refresh().version == 1  # nothing had to be signed again


def test_backed_up_keys_come_back(user: FeedUser, tmp_path: Path) -> None:
    backup, keys = tmp_path / "safe", user.ferry.home / "keys"
    ran = user.key("backup", str(backup), "--json")
    assert [row["roles"][0] for row in ran.rows] == ["root", "targets"]
    assert {path.stat().st_mode & 0o777 for path in backup.glob("*.pem")} == {0o600}
    shutil.rmtree(keys)
    assert user.feed("refresh").code == 2
    assert user.ferry("key", "restore", str(backup)).code == 0
    assert user.feed("refresh").code == 0
    assert "is there already" in user.ferry("key", "restore", str(backup)).err
    assert user.key("backup", str(user.path / "trust")).code == 2
    assert user.ferry("key", "restore", str(tmp_path)).code == 3
    shutil.rmtree(keys)
    assert user.key("backup", str(tmp_path / "other")).code == 2


def test_the_courier_is_backed_up_with_them(user: FeedUser, tmp_path: Path) -> None:
    keys, backup = user.ferry.home / "keys", tmp_path / "safe"
    signer = courier_signer(keys)
    roots = courier_roots(keys, signer, clock=lambda: NOW)
    listed = user.ferry("key", "list", "--json").rows
    assert [row["roles"] for row in listed] == [[], [], ["courier"]]
    assert listed[-1]["id"] == PublicKey.of(signer).id
    assert "courier" in user.key("backup", str(backup)).err
    shutil.rmtree(keys)
    assert user.ferry("key", "restore", str(backup)).code == 0
    again = courier_signer(keys)
    assert again.public_key == signer.public_key
    assert courier_roots(keys, again, clock=lambda: NOW) == roots


def test_keys_without_permissions_are_restored_private(user: FeedUser, tmp_path: Path) -> None:
    backup = tmp_path / "stick"
    assert user.key("backup", str(backup)).code == 0
    for path in backup.glob("*.pem"):
        path.chmod(0o755)  # as on a stick, which knows no permissions
    shutil.rmtree(user.ferry.home / "keys")
    ran = user.feed("refresh", "--keys", str(backup))
    assert (ran.code, "others may read" in ran.err) == (2, True)
    assert user.ferry("key", "restore", str(backup)).code == 0
    assert user.feed("refresh").code == 0


def test_a_lost_feed_goes_on_above_what_was_seen(user: FeedUser, tmp_path: Path) -> None:
    subscriber, backup = user.subscriber(tmp_path / "state"), tmp_path / "safe"
    assert user.key("rotate", NONE).code == 0
    for _ in range(3):
        assert user.feed("refresh").code == 0
    seen = subscriber.refresh().version
    assert user.key("backup", str(backup)).code == 0
    shutil.rmtree(user.path)
    shutil.rmtree(user.ferry.home / "keys")
    ran = user.feed("init", "--root", str(backup / subscriber.pin.hex))
    assert (ran.code, "ferry key restore" in ran.err, user.path.exists()) == (2, True, False)
    assert user.ferry("key", "restore", str(backup)).code == 0
    ran = user.feed("init", "--root", str(backup / subscriber.pin.hex))
    assert ran.code == 0, ran.err
    assert subscriber.refresh().version > seen
    assert user.feed("refresh").code == 0
    assert subscriber.refresh().version == user.state()["version"]


def test_a_stolen_key_counts_no_longer(user: FeedUser, colleague: Ferry, tmp_path: Path) -> None:
    subscriber, copy = user.subscriber(tmp_path / "state"), tmp_path / "copy"
    stolen = shutil.copytree(user.ferry.home / "keys", tmp_path / "stolen")
    (stolen / Path(user.keys()["root"]["file"]).name).unlink()
    shutil.copytree(user.path, copy)
    assert user.key("rotate", NONE).code == 0
    subscriber.refresh()
    thief = FeedUser(ferry=colleague, path=copy)
    for _ in range(3):
        assert thief.feed("refresh", "--keys", str(stolen)).code == 0
    # whoever has seen the new root does not take what the old key signed
    with pytest.raises(SignatureError):
        replace(subscriber, path=copy).refresh()
    # and nothing can be put on top of what the new one signed
    ran = FeedUser(ferry=thief.ferry, path=user.path).feed("refresh", "--keys", str(stolen))
    assert (ran.code, "signatures" in ran.err) == (2, True)


def test_a_key_file_with_another_key_is_not_used(user: FeedUser) -> None:
    keys = user.keys()
    shutil.copy(keys["root"]["file"], keys["targets"]["file"])
    ran = user.feed("refresh")
    assert (ran.code, "another key" in ran.err) == (2, True)


def test_a_tampered_root_is_refused(user: FeedUser, tmp_path: Path) -> None:
    root = tmp_path / "root.json"
    assert user.key("rotate", "--renew", "--to", str(root)).code == 0
    document = json.loads(root.read_bytes())
    document["signed"]["expires"] = "2099-01-01T00:00:00Z"
    root.write_text(json.dumps(document))
    assert user.key("apply", str(root)).code == 4
    root.write_bytes(b"{}")
    assert user.key("apply", str(root)).code == 4
    assert user.key("apply", str(tmp_path / "none")).code == 3
    assert user.state()["root_version"] == 1


def test_readers_of_another_feed_find_out(user: FeedUser, tmp_path: Path) -> None:
    subscriber = user.subscriber(tmp_path / "state")
    subscriber.refresh()
    shutil.rmtree(user.path)
    assert user.feed("init", NONE).code == 0
    with pytest.raises(Exception, match="another feed") as caught:
        subscriber.refresh()
    assert not isinstance(caught.value, SignatureError)
