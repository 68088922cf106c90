from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from provider_core.errors import NoSuchFile, UsageError
from provider_core.signatures import read_key

from ...support.signing import KINDS, Signer


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_read_from_its_file_and_from_its_line(kind: str, tmp_path: Path) -> None:
    signer = Signer(kind)
    key = read_key(signer.write(tmp_path / "cosign.pub"))
    again = read_key(key.line)
    assert again == key
    assert (str(key), str(again)[:4]) == ("cosign.pub", "key ")
    for one in (key, again):
        assert one.made(signer.sign(b"message"), b"message")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_signature_of_the_key(kind: str, tmp_path: Path) -> None:
    signer, other = Signer(kind), Signer(kind)
    key = read_key(signer.write(tmp_path / "cosign.pub"))
    good = signer.sign(b"message")
    assert not key.made(good, b"other message")
    assert not key.made(other.sign(b"message"), b"message")
    for bad in (b"", b"\0", good[:-1], good + b"\0", bytes(len(good))):
        assert not key.made(bad, b"message")


@pytest.mark.peer("openssl")
def test_openssl_signs_as_cosign_does(tmp_path: Path) -> None:
    key, public, message = (tmp_path / name for name in ("key", "pub", "message"))
    message.write_bytes(b"message")
    commands: list[list[str | Path]] = [
        ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key],
        ["ec", "-in", key, "-pubout", "-out", public],
        ["dgst", "-sha256", "-sign", key, "-out", tmp_path / "signature", message],
    ]
    for command in commands:
        subprocess.run(["openssl", *command], check=True, capture_output=True, timeout=60)
    assert read_key(str(public)).made((tmp_path / "signature").read_bytes(), b"message")


def _pem(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey | dsa.DSAPublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not PEM"),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "not PEM"),
        (b"-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n", "private"),
        (b"x" * 70_000, "larger than"),
        (_pem(ec.generate_private_key(ec.SECP384R1()).public_key()), "P-256"),
        (_pem(rsa.generate_private_key(65537, 1024).public_key()), "RSA of 1024 bits"),
        (_pem(dsa.generate_private_key(2048).public_key()), "neither"),
    ],
)
def test_what_is_no_key(data: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=reason):
        read_key(str(path))


@pytest.mark.parametrize(("line", "reason"), [("key:?", "base64"), ("key:AAAA", "no public key")])
def test_what_is_no_line(line: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        read_key(line)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile):
        read_key(str(tmp_path / "nowhere.pub"))
