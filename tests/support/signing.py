"""Keys and signatures as cosign makes them: simple signing and bundles, as artifacts of images."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from provider_core.digests import Digest
from provider_core.oci import Descriptor, Manifest
from provider_core.oci.media_types import OCI_EMPTY
from provider_core.testing import MemoryStore

from .images import SmallImage

__all__ = ["KINDS", "Signer", "bundle", "bundle_of", "payload_of", "signature", "stored"]

SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
STATEMENT = "application/vnd.in-toto+json"
KINDS = ("ecdsa", "ed25519", "rsa")


class Signer:
    """Whoever has a private key of one of `KINDS`."""

    def __init__(self, kind: str = "ecdsa") -> None:
        self._key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
        if kind == "ecdsa":
            self._key = ec.generate_private_key(ec.SECP256R1())
        elif kind == "rsa":
            self._key = rsa.generate_private_key(65537, 2048)
        else:
            self._key = ed25519.Ed25519PrivateKey.generate()

    @property
    def pem(self) -> bytes:
        """The public key, as cosign.pub has it."""
        return self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def write(self, path: Path) -> str:
        """Write the public key to *path* and return that."""
        path.write_bytes(self.pem)
        return str(path)

    def sign(self, message: bytes) -> bytes:
        """Sign as cosign does."""
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(message, ec.ECDSA(hashes.SHA256()))
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(message)


def payload_of(digest: Digest, kind: str = "cosign container image signature") -> bytes:
    """Return the simple signing payload about *digest*."""
    critical = {
        "identity": {"docker-reference": "registry.example/app"},
        "image": {"docker-manifest-digest": str(digest)},
        "type": kind,
    }
    return json.dumps({"critical": critical, "optional": None}).encode()


def signature(
    image: Descriptor, *signers: Signer, payload: bytes = b"", text: str = "", refers: bool = True
) -> SmallImage:
    """Return the artifact with a simple signature of *image* by each of *signers*.

    Args:
        image: what is signed.
        signers: a layer each.
        payload: what is signed instead of the usual payload.
        text: stands in place of each signature.
        refers: whether it has a subject, as a referrer; without, it belongs on a tag.
    """
    payload = payload or payload_of(image.digest)
    layers = [
        Descriptor.of(
            payload,
            SIMPLE,
            annotations={
                "dev.cosignproject.cosign/signature": text
                or base64.b64encode(signer.sign(payload)).decode()
            },
        )
        for signer in signers
    ]
    return _artifact(layers, payload, image if refers else None, SIMPLE)


def bundle_of(
    image: Descriptor,
    signer: Signer,
    *,
    predicate: str = "https://sigstore.dev/cosign/sign/v1",
    kind: str = STATEMENT,
    change: Mapping[str, Any] | None = None,
) -> bytes:
    """Return the bundle that cosign 3 makes; *change* replaces fields of its envelope."""
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"digest": {"sha256": image.digest.hex}}],
        "predicateType": predicate,
        "predicate": {},
    }
    payload = json.dumps(statement).encode()
    signed = b" ".join([b"DSSEv1", b"%d" % len(kind), kind.encode(), b"%d" % len(payload), payload])
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": kind,
        "signatures": [{"sig": base64.b64encode(signer.sign(signed)).decode()}],
        **(change or {}),
    }
    material = {"publicKey": {"hint": "x"}}
    document = {"mediaType": BUNDLE, "verificationMaterial": material, "dsseEnvelope": envelope}
    return json.dumps(document).encode()


def bundle(image: Descriptor, data: bytes) -> SmallImage:
    """Return the referrer of *image* whose one file is the bundle *data*."""
    return _artifact([Descriptor.of(data, BUNDLE)], data, image, BUNDLE)


def _artifact(
    layers: list[Descriptor], data: bytes, subject: Descriptor | None, kind: str
) -> SmallImage:
    empty = Descriptor.of(b"{}", OCI_EMPTY)
    manifest = Manifest.build(empty, layers, artifact_type=kind, subject=subject)
    return SmallImage(
        root=manifest.descriptor(),
        blobs={Digest.of(blob): blob for blob in (b"{}", data, manifest.raw)},
        platforms=(),
        manifests=(manifest,),
    )


def stored(*came: SmallImage) -> MemoryStore:
    """Return a store with the blobs of *came*."""
    store = MemoryStore()
    with store.lease() as lease:
        for data in {digest: data for one in came for digest, data in one.blobs.items()}.values():
            with store.writer(lease).compute(len(data)) as computed:
                computed.write(data)
                computed.commit("application/octet-stream")
    return store
