"""The courier: one key and one chain of roots for all bundles of a home."""

from __future__ import annotations

import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feed_format import PublicKey, SigningKey, check_chain, fingerprint_of
from provider_core.context import Signer
from provider_core.errors import IntegrityError, UsageError
from provider_feed import COURIER, courier_roots, courier_signer

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    first = courier_signer(tmp_path)
    (key,) = tmp_path.iterdir()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert courier_signer(tmp_path).public_key == first.public_key
    signature = first.sign(b"bundle")
    assert PublicKey.of(first).verifies(signature, b"bundle")


def test_a_passphrase_protects_it_if_one_is_configured(tmp_path: Path) -> None:
    first = courier_signer(tmp_path, passphrase=lambda: b"secret")
    assert b"ENCRYPTED" in (tmp_path / "courier.pem").read_bytes()
    again = courier_signer(tmp_path, passphrase=lambda: b"secret")
    assert again.public_key == first.public_key
    for wrong in (None, lambda: b"another"):
        with pytest.raises(UsageError):
            courier_signer(tmp_path, passphrase=wrong)


def test_the_hosts_own_signer_counts_first(tmp_path: Path) -> None:
    own, asked = SigningKey.generate(), []

    def sign(role: str) -> Signer:
        asked.append(role)
        return own

    assert courier_signer(tmp_path, sign=sign) is own
    assert asked == [COURIER]
    assert not list(tmp_path.iterdir())


def test_a_key_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    courier_signer(tmp_path)
    (tmp_path / "courier.pem").chmod(0o644)
    with pytest.raises(UsageError, match="others may read"):
        courier_signer(tmp_path)


def test_many_at_once_get_the_same(tmp_path: Path) -> None:
    found: list[tuple[bytes, tuple[bytes, ...]]] = []

    def run() -> None:
        signer = courier_signer(tmp_path)
        found.append((signer.public_key, courier_roots(tmp_path, signer, clock=lambda: NOW)))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_all_bundles_share_one_fingerprint_for_years(tmp_path: Path) -> None:
    signer = courier_signer(tmp_path)
    first = courier_roots(tmp_path, signer, clock=lambda: NOW)
    assert courier_roots(tmp_path, signer, clock=lambda: NOW + timedelta(days=900)) == first
    later = courier_roots(tmp_path, signer, clock=lambda: NOW + timedelta(days=1600))
    check_chain(later)
    assert (len(first), len(later)) == (1, 2)
    assert fingerprint_of(later[0]) == fingerprint_of(first[0])


def test_another_key_does_not_sign_on(tmp_path: Path) -> None:
    courier_roots(tmp_path, courier_signer(tmp_path), clock=lambda: NOW)
    (tmp_path / "courier.pem").unlink()
    with pytest.raises(UsageError, match="another courier key"):
        courier_roots(tmp_path, courier_signer(tmp_path), clock=lambda: NOW)


def test_damaged_roots_are_told(tmp_path: Path) -> None:
    signer = courier_signer(tmp_path)
    courier_roots(tmp_path, signer, clock=lambda: NOW)
    path = tmp_path / "courier.1.root.json"
    path.write_bytes(path.read_bytes().replace(b"2031", b"2032"))
    with pytest.raises(IntegrityError):
        courier_roots(tmp_path, signer, clock=lambda: NOW)
