"""Bundles in which a key signed the manifest itself, without a statement."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from provider_core.errors import SignatureError
from provider_core.oci import Descriptor
from provider_core.signatures import PublicKey, read_key, require_signature

from ...support.images import make_image
from ...support.signing import BUNDLE, Signer, bundle, stored

IMAGE, OTHER = make_image("one").root, make_image("two").root
RAW = make_image("one").manifest.raw


def of_manifest(image: Descriptor, signed: bytes, **named: Any) -> bytes:
    """Return the bundle that has *signed* as the signature of *image*."""
    digest = base64.b64encode(bytes.fromhex(image.digest.hex)).decode()
    content = {
        "messageDigest": {"algorithm": "SHA2_256", "digest": digest, **named},
        "signature": base64.b64encode(signed).decode(),
    }
    return json.dumps({"mediaType": BUNDLE, "messageSignature": content}).encode()


def check(key: PublicKey, data: bytes) -> None:
    """Raise unless *data* is a bundle of IMAGE by *key*."""
    made = bundle(IMAGE, data)
    require_signature("app 1.0", IMAGE.digest, [made.root], stored(made), [key])


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_a_key_may_sign_the_manifest_itself(kind: str, tmp_path: Path) -> None:
    signer = Signer(kind)
    key = read_key(signer.write(tmp_path / "cosign.pub"))
    check(key, of_manifest(IMAGE, signer.sign(RAW)))
    with pytest.raises(SignatureError, match="1 by another key"):
        check(key, of_manifest(IMAGE, signer.sign(RAW + b" ")))
    with pytest.raises(SignatureError, match="1 of another image"):
        check(key, of_manifest(OTHER, signer.sign(RAW)))


def test_ed25519_does_not_sign_digests(tmp_path: Path) -> None:
    signer = Signer("ed25519")
    key = read_key(signer.write(tmp_path / "cosign.pub"))
    with pytest.raises(SignatureError, match="1 by another key"):
        check(key, of_manifest(IMAGE, signer.sign(RAW)))


@pytest.mark.parametrize("named", [{"algorithm": "SHA2_512"}, {"digest": "AAAA"}, {"digest": 1}])
def test_what_does_not_name_a_manifest_is_unreadable(named: dict[str, Any], tmp_path: Path) -> None:
    signer = Signer()
    key = read_key(signer.write(tmp_path / "cosign.pub"))
    with pytest.raises(SignatureError, match="1 unreadable"):
        check(key, of_manifest(IMAGE, signer.sign(RAW), **named))
