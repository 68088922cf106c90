"""A sigstore of our own, in memory: an authority, its log of certificates, a log of signatures.

It signs as cosign does without a key, and writes the trusted root that a far side needs.  Each
part can be left out or be done wrong, to see that it is missed.

    lab = PrivateSigstore()
    data = lab.bundle_of(image)                # as cosign 3 attaches it
    policy = lab.write(tmp_path)               # what --require-signature takes
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding

from provider_core.oci import Descriptor

from .signing import BUNDLE, STATEMENT
from .sigstore_certificates import LIFE, Names, authority_of, certificate_of, new_key, sign
from .sigstore_log import b64, dsse_body, entry_of, log_of, manifest_body

__all__ = ["IDENTITY", "ISSUER", "LIFE", "PrivateSigstore"]

IDENTITY: Final = "https://forge.example/team/app/release.yml@refs/tags/v1"
ISSUER: Final = "https://login.example"
SIGNS_IMAGES: Final = "https://sigstore.dev/cosign/sign/v1"
_SINCE = "2024-01-01T00:00:00Z"


@dataclass
class PrivateSigstore:
    """Keys of an authority and of two logs."""

    authority_key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    certificate_log_key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    log_key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    began: datetime = datetime(2024, 3, 1, 12, tzinfo=UTC)
    """When all certificates begin."""
    timestampers: tuple[tuple[x509.Certificate, ...], ...] = ()
    """The chain of each authority for timestamps, its own certificate first."""
    authority: x509.Certificate = field(init=False)

    def __post_init__(self) -> None:
        self.authority = authority_of(self.authority_key, self.began)

    def trusted_root(self) -> dict[str, Any]:
        """Return the TrustedRoot with which this sigstore is believed."""
        return {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [log_of("https://log.example", self.log_key, _SINCE)],
            "certificateAuthorities": [_authority((self.authority,))],
            "ctlogs": [log_of("https://ct.example", self.certificate_log_key, _SINCE)],
            "timestampAuthorities": [_authority(chain) for chain in self.timestampers],
        }

    def write(self, folder: Path, *, identity: str = IDENTITY, issuer: str = ISSUER) -> str:
        """Write a policy and the trusted root beside it, and return the policy's path."""
        (folder / "release_root.json").write_text(json.dumps(self.trusted_root(), indent=2))
        values = {"identity": identity, "issuer": issuer, "trusted-root": "release_root.json"}
        lines = (f"{key} = {json.dumps(value)}\n" for key, value in values.items())
        path = folder / "release.toml"
        path.write_text("".join(lines))
        return str(path)

    def bundle_of(
        self,
        image: Descriptor,
        *,
        identity: Names = IDENTITY,
        issuer: Names = ISSUER,
        predicate: str = SIGNS_IMAGES,
        of_manifest: bool = False,
        logged_after: timedelta = timedelta(seconds=5),
        change: Mapping[str, Any] | None = None,
        material: Mapping[str, Any] | None = None,
        entry: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the bundle that *identity* makes of *image*.

        Args:
            image: what is signed.
            identity: whom the certificate names, maybe several.
            issuer: who vouched for that, as `certificate_of` takes it.
            predicate: the type of what is stated about the image.
            of_manifest: sign the manifest itself, without a statement.
            logged_after: how long after the certificate's beginning the log took the signature.
            change: replaces fields of the bundle, afterwards.
            material: replaces fields of its verification material.
            entry: replaces fields of the log's entry; None takes one away.
        """
        key = new_key()
        certificate = self._certificate(key, identity, issuer)
        pem = b64(certificate.public_bytes(Encoding.PEM))
        content, body = (
            _manifest_signed(image, key, pem)
            if of_manifest
            else _statement_signed(image, key, pem, predicate)
        )
        logged = {**entry_of(body, self.began + logged_after, self.log_key), **(entry or {})}
        proof = {
            "certificate": {"rawBytes": b64(certificate.public_bytes(Encoding.DER))},
            "tlogEntries": [{name: value for name, value in logged.items() if value is not None}],
            **(material or {}),
        }
        document = {"mediaType": BUNDLE, "verificationMaterial": proof, **content, **(change or {})}
        return json.dumps(document).encode()

    def _certificate(
        self, key: ec.EllipticCurvePrivateKey, identity: Names, issuer: Names
    ) -> x509.Certificate:
        return certificate_of(
            key,
            identity,
            issuer,
            authority=self.authority,
            authority_key=self.authority_key,
            log_key=self.certificate_log_key,
        )


def _authority(chain: tuple[x509.Certificate, ...]) -> dict[str, Any]:
    certificates = [{"rawBytes": b64(one.public_bytes(Encoding.DER))} for one in chain]
    return {
        "subject": {"organization": "example", "commonName": "authority"},
        "uri": "https://authority.example",
        "certChain": {"certificates": certificates},
        "validFor": {"start": _SINCE},
    }


def _manifest_signed(
    image: Descriptor, key: ec.EllipticCurvePrivateKey, pem: str
) -> tuple[dict[str, Any], bytes]:
    """Return a bundle's content, the signature of a manifest, and what the log says of it."""
    digest = bytes.fromhex(image.digest.hex)
    signature = b64(key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256()))))
    named = {"algorithm": "SHA2_256", "digest": b64(digest)}
    content = {"messageSignature": {"messageDigest": named, "signature": signature}}
    return content, manifest_body(digest, signature, pem)


def _statement_signed(
    image: Descriptor, key: ec.EllipticCurvePrivateKey, pem: str, predicate: str
) -> tuple[dict[str, Any], bytes]:
    """Return a bundle's content, a signed statement, and what the log says of it."""
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"digest": {"sha256": image.digest.hex}, "annotations": {}}],
        "predicateType": predicate,
        "predicate": {},
    }
    payload = json.dumps(statement).encode()
    message = b"DSSEv1 %d %b %d %b" % (len(STATEMENT), STATEMENT.encode(), len(payload), payload)
    signature = b64(sign(key, message))
    envelope = {
        "payload": b64(payload),
        "payloadType": STATEMENT,
        "signatures": [{"sig": signature}],
    }
    body = dsse_body(json.dumps(envelope).encode(), payload, signature, pem)
    return {"dsseEnvelope": envelope}, body
