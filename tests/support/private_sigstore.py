"""A sigstore of our own, in memory: an authority, its log of certificates, a log of signatures.

It signs as cosign does without a key, and writes the trusted root that a far side needs.  Each
part can be left out or be done wrong, to see that it is missed.

    lab = PrivateSigstore()
    data = lab.bundle_of(image)                # as cosign 3 attaches it
    policy = lab.write(tmp_path)               # what --require-signature takes

Sources: Fulcio's certificate specification; RFC 6962, 3.2 and 2.1 (certificate timestamps, Merkle
trees); Rekor's hashedrekord and dsse 0.0.1 and its signed entry timestamp; C2SP signed notes.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from provider_core.oci import Descriptor

from .signing import BUNDLE, STATEMENT

__all__ = ["IDENTITY", "ISSUER", "PrivateSigstore", "b64"]

IDENTITY: Final = "https://forge.example/team/app/release.yml@refs/tags/v1"
ISSUER: Final = "https://login.example"
SIGNS_IMAGES: Final = "https://sigstore.dev/cosign/sign/v1"
BEGINNING: Final = datetime(2024, 3, 1, 12, tzinfo=UTC)
"""When everything was signed; certificates of this day live for ten minutes."""
_ISSUER_V1 = ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
_ISSUER_V2 = ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
_SCT_LIST = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
_ORIGIN = "log.example"


def b64(data: bytes) -> str:
    """Return *data* in base64."""
    return base64.b64encode(data).decode()


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _sign(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def _public(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _name(text: str) -> x509.Name:
    parts = {NameOID.ORGANIZATION_NAME: "example", NameOID.COMMON_NAME: text}
    return x509.Name([x509.NameAttribute(oid, part) for oid, part in parts.items()])


@dataclass
class PrivateSigstore:
    """Keys of an authority and of two logs."""

    authority_key: ec.EllipticCurvePrivateKey = field(default_factory=_new_key)
    certificate_log_key: ec.EllipticCurvePrivateKey = field(default_factory=_new_key)
    log_key: ec.EllipticCurvePrivateKey = field(default_factory=_new_key)
    authority: x509.Certificate = field(init=False)
    timestamp_authorities: list[dict[str, Any]] = field(default_factory=list)
    """As the trusted root has them."""

    def __post_init__(self) -> None:
        self.authority = self._authority()

    def trusted_root(self) -> dict[str, Any]:
        """Return the TrustedRoot with which this sigstore is believed."""
        return {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [_log("https://log.example", self.log_key)],
            "certificateAuthorities": [authority_entry("ca", [self.authority])],
            "ctlogs": [_log("https://ct.example", self.certificate_log_key)],
            "timestampAuthorities": self.timestamp_authorities,
        }

    def write(
        self, folder: Path, *, identity: str = IDENTITY, issuer: str = ISSUER, name: str = "release"
    ) -> str:
        """Write a policy and the trusted root beside it, and return the policy's path."""
        (folder / f"{name}_root.json").write_text(json.dumps(self.trusted_root(), indent=2))
        path = folder / f"{name}.toml"
        values = {"identity": identity, "issuer": issuer, "trusted-root": f"{name}_root.json"}
        lines = (f"{key} = {json.dumps(value)}\n" for key, value in values.items())
        path.write_text("".join(lines))
        return str(path)

    def bundle_of(
        self,
        image: Descriptor,
        *,
        identity: str = IDENTITY,
        issuer: str = ISSUER,
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
            identity: whom the certificate names.
            issuer: who vouched for that.
            predicate: the type of what is stated about the image.
            of_manifest: sign the manifest itself, without a statement.
            logged_after: how long after the certificate's beginning the log took the signature.
            change: replaces fields of the bundle, afterwards.
            material: replaces fields of its verification material.
            entry: replaces fields of the log's entry; None takes one away.
        """
        key = _new_key()
        certificate = self.certificate(key, identity, issuer)
        content, body = _signed(image, key, certificate, predicate, of_manifest)
        logged = _without_none({**self._entry(body, BEGINNING + logged_after), **(entry or {})})
        proof = {
            "certificate": {"rawBytes": b64(certificate.public_bytes(Encoding.DER))},
            "tlogEntries": [logged],
            **(material or {}),
        }
        document = {"mediaType": BUNDLE, "verificationMaterial": proof, **content, **(change or {})}
        return json.dumps(document).encode()

    def certificate(
        self, key: ec.EllipticCurvePrivateKey, identity: str, issuer: str
    ) -> x509.Certificate:
        """Return the certificate that says *key* is *identity*'s, as the log of certificates saw."""
        named: x509.GeneralName = (
            x509.UniformResourceIdentifier(identity)
            if "://" in identity
            else x509.RFC822Name(identity)
        )
        usage = x509.KeyUsage(True, *[False] * 8)
        v2 = b"\x0c" + bytes([len(issuer)]) + issuer.encode()  # UTF8String
        builder = (
            _builder(x509.Name([]), self.authority.subject, key, timedelta(minutes=10))
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False)
            .add_extension(_key_identifier(self.authority_key), critical=False)
            .add_extension(x509.SubjectAlternativeName([named]), critical=True)
            .add_extension(x509.UnrecognizedExtension(_ISSUER_V1, issuer.encode()), False)
            .add_extension(x509.UnrecognizedExtension(_ISSUER_V2, v2), critical=False)
        )
        seen = builder.sign(self.authority_key, hashes.SHA256())
        timestamps = self._certificate_timestamps(seen.tbs_certificate_bytes)
        builder = builder.add_extension(x509.UnrecognizedExtension(_SCT_LIST, timestamps), False)
        return builder.sign(self.authority_key, hashes.SHA256())

    def _certificate_timestamps(self, seen: bytes) -> bytes:
        """Return the list of the one timestamp (RFC 6962, 3.2 and 3.3) of a precertificate."""
        head = struct.pack("!BBQH", 0, 0, int(BEGINNING.timestamp()) * 1000, 1)
        issuer = sha256(_public(self.authority_key)).digest()
        signed = head + issuer + len(seen).to_bytes(3) + seen + b"\0\0"
        signature = _sign(self.certificate_log_key, signed)
        log = sha256(_public(self.certificate_log_key)).digest()
        timestamp = b"\0" + log + head[2:10] + b"\0\0" + b"\x04\x03" + _counted(signature)
        listed = _counted(_counted(timestamp))
        return b"\x04" + _der_length(len(listed)) + listed  # OCTET STRING

    def _entry(self, body: bytes, when: datetime) -> dict[str, Any]:
        """Return the log's entry of *body*, the second of two, with promise and proof."""
        other, leaf = (sha256(b"\0" + one).digest() for one in (b"other", body))
        top = sha256(b"\1" + other + leaf).digest()
        note = f"{_ORIGIN}\n2\n{b64(top)}\n"
        log = sha256(_public(self.log_key)).digest()
        mark = b64(log[:4] + _sign(self.log_key, note.encode()))
        promised = {
            "body": b64(body),
            "integratedTime": int(when.timestamp()),
            "logID": log.hex(),
            "logIndex": 1,
        }
        promise = _sign(self.log_key, json.dumps(promised, separators=(",", ":")).encode())
        kind = json.loads(body)
        return {
            "logIndex": "1",
            "logId": {"keyId": b64(log)},
            "kindVersion": {"kind": kind["kind"], "version": kind["apiVersion"]},
            "integratedTime": str(promised["integratedTime"]),
            "inclusionPromise": {"signedEntryTimestamp": b64(promise)},
            "inclusionProof": {
                "logIndex": "1",
                "rootHash": b64(top),
                "treeSize": "2",
                "hashes": [b64(other)],
                "checkpoint": {"envelope": f"{note}\n\u2014 {_ORIGIN} {mark}\n"},
            },
            "canonicalizedBody": b64(body),
        }

    def _authority(self) -> x509.Certificate:
        usage = x509.KeyUsage(*[False] * 5, True, True, False, False)
        name = _name("authority")
        return (
            _builder(name, name, self.authority_key, timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(self.authority_key, hashes.SHA256())
        )


def authority_entry(uri: str, chain: list[x509.Certificate]) -> dict[str, Any]:
    """Return how a trusted root names an authority of certificates or of timestamps."""
    certificates = [{"rawBytes": b64(one.public_bytes(Encoding.DER))} for one in chain]
    return {
        "subject": {"organization": "example", "commonName": uri},
        "uri": f"https://{uri}.example",
        "certChain": {"certificates": certificates},
        "validFor": {"start": "2024-01-01T00:00:00Z"},
    }


def _log(url: str, key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    return {
        "baseUrl": url,
        "hashAlgorithm": "SHA2_256",
        "publicKey": {
            "rawBytes": b64(_public(key)),
            "keyDetails": "PKIX_ECDSA_P256_SHA_256",
            "validFor": {"start": "2024-01-01T00:00:00Z"},
        },
        "logId": {"keyId": b64(sha256(_public(key)).digest())},
    }


def _signed(
    image: Descriptor,
    key: ec.EllipticCurvePrivateKey,
    certificate: x509.Certificate,
    predicate: str,
    of_manifest: bool,
) -> tuple[dict[str, Any], bytes]:
    """Return the content of a bundle about *image*, and what the log says of it."""
    pem = b64(certificate.public_bytes(Encoding.PEM))
    if of_manifest:
        digest = bytes.fromhex(image.digest.hex)
        signature = b64(key.sign(digest, ec.ECDSA(_prehashed())))
        named = {"algorithm": "SHA2_256", "digest": b64(digest)}
        spec: dict[str, Any] = {
            "data": {"hash": {"algorithm": "sha256", "value": image.digest.hex}},
            "signature": {"content": signature, "publicKey": {"content": pem}},
        }
        content = {"messageSignature": {"messageDigest": named, "signature": signature}}
        return content, _body("hashedrekord", spec)
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"digest": {"sha256": image.digest.hex}, "annotations": {}}],
        "predicateType": predicate,
        "predicate": {},
    }
    payload = json.dumps(statement).encode()
    message = b"DSSEv1 %d %b %d %b" % (len(STATEMENT), STATEMENT.encode(), len(payload), payload)
    signature = b64(_sign(key, message))
    envelope = {
        "payload": b64(payload),
        "payloadType": STATEMENT,
        "signatures": [{"sig": signature}],
    }
    spec = {
        "envelopeHash": {"algorithm": "sha256", "value": _hex(json.dumps(envelope).encode())},
        "payloadHash": {"algorithm": "sha256", "value": _hex(payload)},
        "signatures": [{"signature": signature, "verifier": pem}],
    }
    return {"dsseEnvelope": envelope}, _body("dsse", spec)


def _prehashed() -> Any:
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

    return Prehashed(hashes.SHA256())


def _body(kind: str, spec: Mapping[str, Any]) -> bytes:
    document = {"apiVersion": "0.0.1", "kind": kind, "spec": spec}
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, lasts: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGINNING)
        .not_valid_after(BEGINNING + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _key_identifier(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _counted(data: bytes) -> bytes:
    return len(data).to_bytes(2) + data


def _der_length(length: int) -> bytes:
    return bytes([length]) if length < 128 else b"\x81" + bytes([length])


def _hex(data: bytes) -> str:
    return sha256(data).hexdigest()


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
