from __future__ import annotations

from datetime import timedelta

import pytest

from feed_format import (
    FeedRoles,
    Lives,
    RoleKeys,
    SigningKey,
    check_chain,
    check_next,
    first_root,
    next_root,
    roles_of,
    root_version,
    sign_root,
    signers_of,
)
from feed_format.root_chain import check_first
from provider_core.errors import (
    DocumentError,
    IntegrityError,
    Rollback,
    SignatureError,
    UsageError,
)

from .feeds import NOW, keys_of, online_roles

ANN, BOB, CY, ONLINE = (SigningKey.generate() for _ in range(4))
LATER = NOW + timedelta(days=900)
SHARED = FeedRoles.split(root=keys_of(ANN, BOB, CY, threshold=2), online=keys_of(ONLINE))


def test_a_root_says_what_it_was_made_of() -> None:
    root = first_root(SHARED, LATER)
    assert roles_of(root) == SHARED
    assert root_version(root) == 1
    assert root_version(next_root(root, SHARED, LATER)) == 2


def test_it_counts_when_the_threshold_is_reached_in_any_order() -> None:
    root = first_root(SHARED, LATER)
    one = sign_root(root, [ANN])
    with pytest.raises(SignatureError):
        check_first(one)
    assert signers_of(one) == {ANN.id}
    both = sign_root(one, [CY])
    check_first(both)
    assert signers_of(both) == {ANN.id, CY.id}
    check_first(sign_root(sign_root(root, [CY]), [ANN]))


def test_signing_twice_counts_once() -> None:
    root = sign_root(sign_root(first_root(SHARED, LATER), [ANN]), [ANN, ANN])
    with pytest.raises(SignatureError):
        check_first(root)


def test_a_strangers_signature_counts_for_nothing() -> None:
    root = sign_root(first_root(online_roles(ANN, ONLINE), LATER), [BOB, ONLINE])
    with pytest.raises(SignatureError):
        check_first(root)


def test_the_next_root_needs_the_old_and_the_new_keys() -> None:
    first = sign_root(first_root(online_roles(ANN, ONLINE), LATER), [ANN])
    second = next_root(first, online_roles(BOB, ONLINE), LATER)
    for signers in ([ANN], [BOB], [CY]):
        with pytest.raises(SignatureError):
            check_next(first, sign_root(second, signers))
    check_next(first, sign_root(second, [ANN, BOB]))


def test_a_chain_has_no_gaps_and_no_steps_back() -> None:
    roles = online_roles(ANN, ONLINE)
    roots = [sign_root(first_root(roles, LATER), [ANN])]
    for _ in range(2):
        roots.append(sign_root(next_root(roots[-1], roles, LATER), [ANN]))
    check_chain(roots)
    with pytest.raises(IntegrityError, match="one is missing"):
        check_next(roots[0], roots[2])
    with pytest.raises(Rollback):
        check_next(roots[2], roots[1])
    for broken in ([], roots[1:], [roots[0], roots[2]]):
        with pytest.raises(IntegrityError):
            check_chain(broken)


def test_what_is_no_root_is_refused() -> None:
    for data in (b"", b"{}", b"x" * 600_000):
        with pytest.raises(DocumentError):
            roles_of(data)


def test_thresholds_have_to_be_reachable() -> None:
    for threshold in (0, 2):
        with pytest.raises(UsageError, match="signatures"):
            keys_of(ANN, threshold=threshold)
    with pytest.raises(UsageError, match="twice"):
        keys_of(ANN, ANN)
    with pytest.raises(UsageError):
        RoleKeys(keys=())


def test_a_key_is_replaced_in_every_role() -> None:
    roles = SHARED.replacing(ONLINE.id, roles_of(first_root(SHARED, LATER)).root.keys[0])
    assert {key.id for key in roles.timestamp.keys} == {ANN.id}
    assert roles.root == SHARED.root


def test_a_key_is_revoked_while_enough_are_left() -> None:
    once = SHARED.replacing(ANN.id, None)
    assert {key.id for key in once.root.keys} == {BOB.id, CY.id}
    with pytest.raises(UsageError, match="2 signatures"):
        once.replacing(BOB.id, None)
    with pytest.raises(UsageError, match="no role"):
        SHARED.replacing("00" * 32, None)


def test_lives_are_at_least_a_second() -> None:
    assert Lives.bundle(timedelta(days=90)).of("targets") == timedelta(days=90)
    assert Lives.bundle(timedelta(days=90)).root > timedelta(days=365)
    with pytest.raises(UsageError, match="role"):
        Lives.bundle(timedelta(0))
