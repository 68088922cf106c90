"""Other keys for a feed that goes on: each runbook of docs/reference/feed-format.md once."""

from __future__ import annotations

from pathlib import Path

import pytest

from feed_format import (
    FeedReader,
    FeedRoles,
    SigningKey,
    create_feed,
    first_root,
    folder_fetch,
    open_publisher,
    roles_of,
    rotate,
    sign_root,
)
from provider_core.errors import (
    IntegrityError,
    NoSuchFile,
    Rollback,
    SignatureError,
    UsageError,
)

from .feeds import FeedMaker, keys_of, online_roles, package, reader_of, trust_files


def _names(feed: FeedMaker, state: Path, **kwargs: bytes) -> list[str]:
    trusted = reader_of(feed, state, pin=kwargs.get("pin", feed.roots[0])).refresh()
    reader = FeedReader(folder_fetch(feed.path), trusted, state)
    return sorted(ref.name for ref in reader.names())


def test_three_roots_later_every_pin_still_holds(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package("tool"))
    reader_of(feed, tmp_path / "follower").refresh()
    for number in range(3):
        root_key, online = SigningKey.generate(), SigningKey.generate()
        root = feed.following(online_roles(root_key, online), feed.root_key, root_key)
        assert rotate(feed.path, root, [online], clock=feed.clock)
        feed.root_key, feed.online = root_key, online
        feed.publish(package(f"tool{number}"))
        if number != 1:  # one rotation is missed
            assert len(_names(feed, tmp_path / "follower")) == number + 2
    for number, root in enumerate(feed.roots):
        assert len(_names(feed, tmp_path / f"pinned{number}", pin=root)) == 4


def test_a_lost_online_key_is_replaced_by_the_root_key_alone(
    feed: FeedMaker, tmp_path: Path
) -> None:
    feed.publish(package("tool"))
    reader_of(feed, tmp_path / "state").refresh()
    lost, feed.online = feed.online, SigningKey.generate()
    roles = roles_of(feed.roots[0]).replacing(lost.id, keys_of(feed.online).keys[0])
    rotate(feed.path, feed.following(roles, feed.root_key), [feed.online], clock=feed.clock)
    assert _names(feed, tmp_path / "state") == ["tool"]
    assert feed.publish(package("other")) == 3


def test_a_stolen_online_key_signs_for_nothing_any_more(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package("tool"))
    stolen, feed.online = feed.online, SigningKey.generate()
    thief = FeedMaker(path=feed.path, root_key=feed.root_key, online=stolen, roots=feed.roots)
    thief.publish(package("evil"), at_least=1_000_000)
    forged = trust_files(feed)
    reader_of(feed, tmp_path / "victim").refresh()
    roles = roles_of(feed.roots[0]).replacing(stolen.id, keys_of(feed.online).keys[0])
    rotate(feed.path, feed.following(roles, feed.root_key), [feed.online], clock=feed.clock)
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        publisher.remove("evil")
        publisher.publish()
    assert _names(feed, tmp_path / "victim") == ["tool"]
    for name in ("trust/timestamp.json", "trust/1000000.snapshot.json"):
        (feed.path / name).write_bytes(forged[name])
    with pytest.raises(SignatureError):
        _names(feed, tmp_path / "victim")


def test_a_feed_that_was_thrown_far_forward_comes_back_with_new_keys(
    feed: FeedMaker, tmp_path: Path
) -> None:
    feed.publish(package("tool"))
    honest = trust_files(feed)
    feed.publish(package("evil"), at_least=1_000_000)
    reader_of(feed, tmp_path / "victim").refresh()
    for name, data in honest.items():
        (feed.path / name).write_bytes(data)
    with pytest.raises(Rollback):
        _names(feed, tmp_path / "victim")
    stolen, feed.online = feed.online, SigningKey.generate()
    roles = roles_of(feed.roots[0]).replacing(stolen.id, keys_of(feed.online).keys[0])
    rotate(feed.path, feed.following(roles, feed.root_key), [feed.online], clock=feed.clock)
    assert _names(feed, tmp_path / "victim") == ["tool"]


def test_two_colleagues_sign_a_root_one_after_the_other(tmp_path: Path) -> None:
    ann, bob, cy, online = (SigningKey.generate() for _ in range(4))
    feed = FeedMaker(path=tmp_path / "feed", online=online)
    roles = FeedRoles.split(root=keys_of(ann, bob, cy, threshold=2), online=keys_of(online))
    at_anns = sign_root(first_root(roles, feed.clock.now + feed.lives.root), [ann])
    with pytest.raises(SignatureError):
        create_feed(feed.path, [at_anns])
    feed.roots.append(sign_root(at_anns, [bob]))
    create_feed(feed.path, feed.roots)
    feed.publish(package("tool"))
    without_cy = roles.replacing(cy.id, None)
    alone = feed.following(without_cy, ann)
    with pytest.raises(SignatureError):
        rotate(feed.path, alone, clock=feed.clock)
    feed.roots[-1] = sign_root(alone, [bob])
    assert rotate(feed.path, feed.roots[-1], clock=feed.clock)
    assert _names(feed, tmp_path / "state") == ["tool"]


def test_several_signers_of_the_list(tmp_path: Path) -> None:
    first, second = SigningKey.generate(), SigningKey.generate()
    feed = FeedMaker(path=tmp_path / "feed", online=first)
    roles = FeedRoles(
        root=keys_of(feed.root_key),
        targets=keys_of(first, second, threshold=2),
        snapshot=keys_of(first),
        timestamp=keys_of(first),
    )
    feed.roots.append(
        sign_root(first_root(roles, feed.clock.now + feed.lives.root), [feed.root_key])
    )
    create_feed(feed.path, feed.roots)
    with pytest.raises(UsageError, match="role targets wants 2"):
        feed.publish(package())
    with open_publisher(feed.path, [first, second], clock=feed.clock) as publisher:
        publisher.add([package()])
        publisher.publish()
    assert _names(feed, tmp_path / "state") == ["tool"]


def test_a_rotation_that_ended_halfway_is_finished_by_the_same_call(
    feed: FeedMaker, tmp_path: Path
) -> None:
    feed.publish(package("tool"))
    online = SigningKey.generate()
    root = feed.following(online_roles(feed.root_key, online), feed.root_key)
    (feed.path / "trust" / "2.root.json").write_bytes(root)
    with (
        pytest.raises(SignatureError),
        open_publisher(feed.path, [online], clock=feed.clock),
    ):
        raise AssertionError("opened")
    with pytest.raises(SignatureError):
        _names(feed, tmp_path / "state")
    assert not rotate(feed.path, root, [online], clock=feed.clock)
    assert _names(feed, tmp_path / "state") == ["tool"]


def test_a_reader_that_comes_between_root_and_pointer_tries_again(
    feed: FeedMaker, tmp_path: Path
) -> None:
    feed.publish(package("tool"))
    answers = [trust_files(feed)["trust/timestamp.json"]]
    feed.online = SigningKey.generate()
    root = feed.following(online_roles(feed.root_key, feed.online), feed.root_key)
    rotate(feed.path, root, [feed.online], clock=feed.clock)
    inner = folder_fetch(feed.path)

    def fetch(path: str, limit: int, /) -> bytes:
        return answers.pop() if answers and path.endswith("timestamp.json") else inner(path, limit)

    assert reader_of(feed, tmp_path / "state", fetch=fetch).refresh().version == 2
    assert not answers


def test_a_new_root_key_leaves_the_list_alone(feed: FeedMaker) -> None:
    feed.publish(package())
    before = trust_files(feed)
    root_key = SigningKey.generate()
    root = feed.following(online_roles(root_key, feed.online), feed.root_key, root_key)
    assert rotate(feed.path, root, clock=feed.clock)
    assert trust_files(feed) == {**before, "trust/2.root.json": root}
    assert not rotate(feed.path, root, clock=feed.clock)


def test_a_feed_may_be_rotated_before_its_first_publication(
    feed: FeedMaker, tmp_path: Path
) -> None:
    feed.online = SigningKey.generate()
    root = feed.following(online_roles(feed.root_key, feed.online), feed.root_key)
    assert rotate(feed.path, root, clock=feed.clock)
    feed.publish(package("tool"))
    assert _names(feed, tmp_path / "state") == ["tool"]


def test_missing_keys_leave_everything_as_it_was(feed: FeedMaker) -> None:
    feed.publish(package())
    before = trust_files(feed)
    online = SigningKey.generate()
    root = feed.following(online_roles(feed.root_key, online), feed.root_key)
    with pytest.raises(UsageError, match="wants 1 signatures"):
        rotate(feed.path, root, [feed.online], clock=feed.clock)
    assert trust_files(feed) == before


def test_roots_that_may_not_follow(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package())
    roles = roles_of(feed.roots[0])
    other = FeedMaker(path=tmp_path / "other").create()
    second = feed.following(roles, feed.root_key)
    third = feed.following(roles, feed.root_key)
    with pytest.raises(IntegrityError, match="one is missing"):
        rotate(feed.path, third, clock=feed.clock)
    with pytest.raises(SignatureError):
        rotate(feed.path, other.following(roles, other.root_key), clock=feed.clock)
    rotate(feed.path, second, clock=feed.clock)
    with pytest.raises(Rollback):
        rotate(feed.path, feed.roots[0], clock=feed.clock)
    with pytest.raises(NoSuchFile):
        rotate(tmp_path / "absent", second)
