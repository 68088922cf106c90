from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from feed_format import (
    PublicKey,
    SigningKey,
    read_key,
    read_public_key,
    write_key,
    write_public_key,
)
from provider_core.errors import DocumentError, Exists, NoSuchFile, UsageError

KEY = SigningKey.generate()
PUBLIC = PublicKey.of(KEY)


@given(st.binary(max_size=64))
def test_a_signature_is_the_keys_own(payload: bytes) -> None:
    signature = KEY.sign(payload)
    assert PUBLIC.verifies(signature, payload)
    assert not PUBLIC.verifies(signature, payload + b"!")
    assert not PublicKey.of(SigningKey.generate()).verifies(signature, payload)


def test_the_id_is_tufs() -> None:
    value = {
        "keytype": "ed25519",
        "keyval": {"public": PUBLIC.raw.hex()},
        "scheme": "ed25519",
    }
    canonical = json.dumps(value, separators=(",", ":"), sort_keys=True)
    assert PUBLIC.id == KEY.id == hashlib.sha256(canonical.encode()).hexdigest()


@pytest.mark.parametrize("passphrase", [None, b"open sesame"])
def test_a_key_comes_back_from_its_file(tmp_path: Path, passphrase: bytes | None) -> None:
    write_key(tmp_path / "key", KEY, passphrase=passphrase)
    found = read_key(tmp_path / "key", lambda: passphrase or b"")
    assert found.public_key == KEY.public_key
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_the_passphrase_is_asked_only_if_there_is_one(tmp_path: Path) -> None:
    write_key(tmp_path / "key", KEY)

    def ask() -> bytes:
        raise AssertionError("asked")

    assert read_key(tmp_path / "key", ask).id == KEY.id


@pytest.mark.parametrize("passphrase", [None, b"wrong"])
def test_a_protected_key_needs_its_passphrase(tmp_path: Path, passphrase: bytes | None) -> None:
    write_key(tmp_path / "key", KEY, passphrase=b"right")
    with pytest.raises(UsageError, match="passphrase"):
        read_key(tmp_path / "key", None if passphrase is None else lambda: passphrase)


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such bits")
def test_a_bare_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    write_key(tmp_path / "bare", KEY)
    write_key(tmp_path / "protected", KEY, passphrase=b"x")
    for name in ("bare", "protected"):
        (tmp_path / name).chmod(0o640)
    with pytest.raises(UsageError, match="others may read"):
        read_key(tmp_path / "bare")
    assert read_key(tmp_path / "protected", lambda: b"x").id == KEY.id


def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    write_key(tmp_path / "key", KEY)
    with pytest.raises(Exists):
        write_key(tmp_path / "key", SigningKey.generate())
    assert read_key(tmp_path / "key").id == KEY.id


def test_a_public_key_comes_back_from_its_file(tmp_path: Path) -> None:
    write_public_key(tmp_path / "key.pub", PUBLIC)
    assert read_public_key(tmp_path / "key.pub") == PUBLIC


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    other = rsa.generate_private_key(65537, 2048)
    pem = other.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = other.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for data in (b"", b"no key", pem, b"x" * 70_000):
        (tmp_path / "key").write_bytes(data)
        (tmp_path / "key").chmod(0o600)
        with pytest.raises(DocumentError):
            read_key(tmp_path / "key")
    for data in (b"", public):
        with pytest.raises(DocumentError):
            PublicKey.from_pem(data)
    with pytest.raises(DocumentError):
        PublicKey(raw=b"short")
    with pytest.raises(NoSuchFile):
        read_key(tmp_path / "absent")


def test_a_private_key_does_not_show_itself() -> None:
    secret = KEY.as_pem().split(b"\n")[1].decode()
    assert secret not in repr(KEY)
    assert KEY.id[:12] in repr(KEY)
