"""Files of keys: whole or not there, private, never overwritten; signatures that are right."""

from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path

import pytest

from feed_format import (
    SigningKey,
    copy_key,
    is_protected,
    next_root,
    read_key,
    roles_of,
    sign_root,
    valid_signers,
    write_key,
)
from feed_format.keys import PublicKey
from feed_format.new_files import write_new
from provider_core.errors import DocumentError, Exists, NoSuchFile

from .feeds import FeedMaker, online_roles


def test_a_copy_is_private_and_the_same(tmp_path: Path) -> None:
    key, source, target = SigningKey.generate(), tmp_path / "source", tmp_path / "target"
    write_key(source, key, passphrase=b"secret")
    source.chmod(0o777)
    assert copy_key(source, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert read_key(target, lambda: b"secret").id == key.id
    assert is_protected(target)
    assert not copy_key(source, target)


def test_another_key_is_not_overwritten(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_key(tmp_path / name, SigningKey.generate())
    before = (tmp_path / "two").read_bytes()
    with pytest.raises(Exists):
        copy_key(tmp_path / "one", tmp_path / "two")
    assert (tmp_path / "two").read_bytes() == before
    assert not is_protected(tmp_path / "one")


def test_what_is_no_private_key_is_not_copied(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("no key")
    with pytest.raises(DocumentError):
        copy_key(tmp_path / "other", tmp_path / "copy")
    with pytest.raises(NoSuchFile):
        copy_key(tmp_path / "nothing", tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


@pytest.mark.parametrize("links", [True, False])
def test_one_of_many_writes_the_file(
    tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> None:
        raise PermissionError(1, "no hard links here")

    if not links:
        monkeypatch.setattr(os, "link", refuse)
        write_new(tmp_path / "new", b"first", 0o600)
        with pytest.raises(Exists):
            write_new(tmp_path / "new", b"second", 0o600)
    else:
        wins: list[int] = []

        def write(number: int) -> None:
            try:
                write_new(tmp_path / "new", str(number).encode() * 1000, 0o600)
                wins.append(number)
            except Exists:
                pass

        threads = [threading.Thread(target=write, args=(number,)) for number in range(9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (won,) = wins
        assert (tmp_path / "new").read_bytes() == str(won).encode() * 1000
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_only_right_signatures_of_named_keys_count(feed: FeedMaker) -> None:
    stranger, second = SigningKey.generate(), SigningKey.generate()
    roles = online_roles(second, feed.online)
    root = next_root(feed.roots[0], roles, feed.clock.now + feed.lives.root)
    signed = sign_root(root, [stranger, second, feed.root_key])
    assert valid_signers(signed) == {PublicKey.of(second)}
    assert valid_signers(signed, feed.roots[0]) == {
        PublicKey.of(second),
        PublicKey.of(feed.root_key),
    }
    other = sign_root(next_root(feed.roots[0], roles, feed.clock.now), [second])
    wrong = signed.replace(_signature(signed, second), _signature(other, second))
    assert valid_signers(wrong) == frozenset()
    assert (
        valid_signers(wrong.replace(_signature(other, second), b"not hexadecimal")) == frozenset()
    )


@pytest.mark.parametrize("change", ["unknown", "twice"])
def test_a_root_with_keys_that_are_none_is_malformed(feed: FeedMaker, change: str) -> None:
    document = json.loads(feed.roots[0])
    root, online = (document["signed"]["roles"][role] for role in ("root", "targets"))
    if change == "unknown":
        root["keyids"] = ["0" * 64]
    else:
        keys = document["signed"]["keys"]
        keys["0" * 64] = keys[online["keyids"][0]]
        online["keyids"].append("0" * 64)
    with pytest.raises(DocumentError, match="roles"):
        roles_of(json.dumps(document).encode())


def _signature(root: bytes, key: SigningKey) -> bytes:
    (found,) = (one for one in json.loads(root)["signatures"] if one["keyid"] == key.id)
    return str(found["sig"]).encode()
