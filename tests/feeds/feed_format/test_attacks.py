"""What the TUF specification promises (1.5.2, goals), attack by attack."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata

from feed_format import (
    FeedReader,
    FeedRoles,
    Fetch,
    SigningKey,
    create_feed,
    fingerprint_of,
    first_root,
    folder_fetch,
    open_publisher,
    roles_of,
    rotate,
    sign_root,
)
from provider_core.errors import (
    DigestMismatch,
    DocumentError,
    Error,
    Expired,
    IntegrityError,
    NotFoundError,
    Rollback,
    SignatureError,
    SizeMismatch,
    Untrusted,
)

from .feeds import (
    Counting,
    FeedMaker,
    Overlay,
    keys_of,
    package,
    reader_of,
    repointed,
    republish,
    trust_files,
)


def _read_all(feed: FeedMaker, state: Path, fetch: Fetch) -> list[str]:
    trusted = reader_of(feed, state, fetch=fetch).refresh()
    reader = FeedReader(fetch, trusted, state)
    documents = [reader.find(ref.name) for ref in reader.names()]
    return [one.version for document in documents if document for one in document.packages]


def _is_unharmed(feed: FeedMaker, state: Path) -> None:
    """Show that the reader that met an attack goes on with the true feed."""
    assert sorted(_read_all(feed, state, folder_fetch(feed.path))) == ["1.0", "1.1", "2"]


@pytest.fixture
def busy(feed: FeedMaker) -> FeedMaker:
    """Return a feed with a rotated root and three publications."""
    feed.publish(package("tool", "1.0"))
    rotate(feed.path, feed.following(roles_of(feed.roots[0]), feed.root_key), clock=feed.clock)
    feed.publish(package("tool", "1.1"))
    feed.publish(package("other", "2"))
    return feed


READ = (
    "trust/2.root.json",
    "trust/timestamp.json",
    "trust/3.snapshot.json",
    "trust/3.targets.json",
)


def _edited(data: bytes) -> bytes:
    document = json.loads(data)
    document["signed"]["expires"] = "2099-01-01T00:00:00Z"
    return json.dumps(document).encode()


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "edited": _edited,
    "signature": lambda data: data.replace(b'"sig":"', b'"sig":"00'),
    "unsigned": lambda data: json.dumps({**json.loads(data), "signatures": []}).encode(),
    "truncated": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "another": lambda data: b'{"signatures": [], "signed": {"_type": "mood"}}',
    "deep": lambda data: b"[" * 100_000,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("name", READ)
def test_every_signed_file_is_watched(
    busy: FeedMaker, tmp_path: Path, name: str, damage: Callable[[bytes], bytes]
) -> None:
    fetch = Overlay(busy.path, {name: damage((busy.path / name).read_bytes())})
    with pytest.raises((SignatureError, DigestMismatch, DocumentError, SizeMismatch)):
        _read_all(busy, tmp_path / "state", fetch)
    _is_unharmed(busy, tmp_path / "state")


def test_every_byte_of_what_names_the_content_is_watched(busy: FeedMaker, tmp_path: Path) -> None:
    watched = Counting(folder_fetch(busy.path))
    _read_all(busy, tmp_path / "first", watched)
    content = {path for path in watched.paths if "targets/" in path or path.startswith("blobs/")}
    assert len(content) == 4
    for path in content:
        data = (busy.path / path).read_bytes()
        for at in range(0, len(data), 29):
            flipped = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
            state = tmp_path / path / str(at)
            with pytest.raises(DigestMismatch):
                _read_all(busy, state, Overlay(busy.path, {path: flipped}))


def test_a_first_root_that_was_changed_is_another_feed(busy: FeedMaker, tmp_path: Path) -> None:
    name = "trust/1.root.json"
    fetch = Overlay(busy.path, {name: _edited((busy.path / name).read_bytes())})
    pin = fingerprint_of(busy.roots[0])
    with pytest.raises(Untrusted):
        reader_of(busy, tmp_path / "state", pin=pin, fetch=fetch).refresh()


def test_a_root_in_anothers_place_is_refused(busy: FeedMaker, tmp_path: Path) -> None:
    fetch = Overlay(busy.path, {"trust/2.root.json": busy.roots[0]})
    with pytest.raises(IntegrityError, match="version 1, not 2"):
        _read_all(busy, tmp_path / "state", fetch)
    _is_unharmed(busy, tmp_path / "state")


def test_a_rolled_back_pointer_is_refused(busy: FeedMaker, tmp_path: Path) -> None:
    before = (busy.path / "trust" / "timestamp.json").read_bytes()
    busy.refresh()
    reader_of(busy, tmp_path / "state").refresh()
    with pytest.raises(Rollback) as caught:
        _read_all(busy, tmp_path / "state", Overlay(busy.path, {"trust/timestamp.json": before}))
    assert (caught.value.fields["found"], caught.value.fields["seen"]) == (3, 4)
    _is_unharmed(busy, tmp_path / "state")


def test_a_stolen_timestamp_key_cannot_roll_back_the_list(busy: FeedMaker, tmp_path: Path) -> None:
    reader_of(busy, tmp_path / "state").refresh()
    pointer = repointed(busy, 9, "1.snapshot.json")
    with pytest.raises(Rollback):
        _read_all(busy, tmp_path / "state", Overlay(busy.path, {"trust/timestamp.json": pointer}))
    _is_unharmed(busy, tmp_path / "state")


def test_a_stolen_snapshot_key_cannot_roll_back_the_list(busy: FeedMaker, tmp_path: Path) -> None:
    reader_of(busy, tmp_path / "state").refresh()
    before = trust_files(busy)
    republish(busy, 9, lambda targets: None, targets_version=2)
    with pytest.raises(Rollback):
        reader_of(busy, tmp_path / "state").refresh()
    for name, data in before.items():
        (busy.path / name).write_bytes(data)
    busy.publish(package("other", "2"), at_least=10)
    _is_unharmed(busy, tmp_path / "state")


def test_a_feed_that_is_held_back_ends(busy: FeedMaker, tmp_path: Path) -> None:
    frozen = Overlay(busy.path, trust_files(busy))
    reader_of(busy, tmp_path / "state", fetch=frozen).refresh()
    busy.clock.pass_days(20)
    busy.refresh()
    reader_of(busy, tmp_path / "state", fetch=frozen).refresh()
    busy.clock.pass_days(11)
    with pytest.raises(Expired) as caught:
        reader_of(busy, tmp_path / "state", fetch=frozen).refresh()
    assert caught.value.fields["role"] == "timestamp"
    _is_unharmed(busy, tmp_path / "state")


@pytest.mark.parametrize("role", ["snapshot", "targets"])
def test_files_of_different_times_are_not_mixed(busy: FeedMaker, tmp_path: Path, role: str) -> None:
    old = (busy.path / "trust" / f"2.{role}.json").read_bytes()
    with pytest.raises(DigestMismatch):
        _read_all(busy, tmp_path / "state", Overlay(busy.path, {f"trust/3.{role}.json": old}))
    _is_unharmed(busy, tmp_path / "state")


@pytest.mark.parametrize("role", ["snapshot", "targets"])
def test_nor_where_the_lists_have_no_digests(busy: FeedMaker, tmp_path: Path, role: str) -> None:
    republish(busy, 7, lambda targets: None, digests=False)
    old = (busy.path / "trust" / f"3.{role}.json").read_bytes()
    with pytest.raises(IntegrityError, match="different times are mixed"):
        _read_all(busy, tmp_path / "state", Overlay(busy.path, {f"trust/7.{role}.json": old}))
    _is_unharmed(busy, tmp_path / "state")


@pytest.mark.parametrize("name", READ)
def test_endless_files_are_cut_off(busy: FeedMaker, tmp_path: Path, name: str) -> None:
    asked: list[int] = []
    inner = folder_fetch(busy.path)

    def fetch(path: str, limit: int, /) -> bytes:
        if path != name:
            return inner(path, limit)
        asked.append(limit)
        raise SizeMismatch(limit, limit + 1, what=path)

    with pytest.raises(SizeMismatch):
        _read_all(busy, tmp_path / "state", fetch)
    assert max(asked) <= 5_000_000
    _is_unharmed(busy, tmp_path / "state")


def test_the_pointer_is_small_whoever_sends_it(busy: FeedMaker, tmp_path: Path) -> None:
    fetch = Overlay(busy.path, {"trust/timestamp.json": b" " * 16_385})
    with pytest.raises(SizeMismatch):
        _read_all(busy, tmp_path / "state", fetch)


@pytest.mark.parametrize("name", READ[2:])
def test_what_is_named_has_to_be_there(busy: FeedMaker, tmp_path: Path, name: str) -> None:
    with pytest.raises(IntegrityError, match="missing"):
        _read_all(busy, tmp_path / "state", Overlay(busy.path, {name: None}))
    _is_unharmed(busy, tmp_path / "state")


def test_a_missing_shard_or_document_is_not_found(busy: FeedMaker, tmp_path: Path) -> None:
    for folder in ("trust/targets/shards", "blobs/sha256"):
        fetch = Overlay(
            busy.path, {f"{folder}/{path.name}": None for path in (busy.path / folder).iterdir()}
        )
        with pytest.raises(NotFoundError):
            _read_all(busy, tmp_path / folder, fetch)


@pytest.mark.parametrize("number", range(3))
def test_other_keys_sign_for_nothing(busy: FeedMaker, tmp_path: Path, number: int) -> None:
    name = ("timestamp.json", "3.snapshot.json", "3.targets.json")[number]
    metadata = Metadata.from_file(str(busy.path / "trust" / name))
    stranger = SigningKey.generate()
    for signature in metadata.signatures.values():
        signature.signature = stranger.sign(metadata.signed_bytes).hex()
    fetch = Overlay(busy.path, {f"trust/{name}": metadata.to_bytes()})
    expected: type[Error] = SignatureError if number == 0 else DigestMismatch
    with pytest.raises(expected):
        _read_all(busy, tmp_path / "state", fetch)
    _is_unharmed(busy, tmp_path / "state")


def test_a_list_signed_by_the_wrong_role_is_refused(tmp_path: Path) -> None:
    feed = FeedMaker(path=tmp_path / "feed")
    pulse = SigningKey.generate()
    roles = FeedRoles(
        root=keys_of(feed.root_key),
        targets=keys_of(feed.online),
        snapshot=keys_of(pulse),
        timestamp=keys_of(pulse),
    )
    feed.roots.append(
        sign_root(first_root(roles, feed.clock.now + feed.lives.root), [feed.root_key])
    )
    create_feed(feed.path, feed.roots)
    with open_publisher(feed.path, [feed.online, pulse], clock=feed.clock) as publisher:
        publisher.add([package()])
        publisher.publish()
    feed.online = pulse
    republish(feed, 2, lambda targets: None)
    with pytest.raises(SignatureError, match="targets"):
        reader_of(feed, tmp_path / "state").refresh()
