"""What a signature says is signed: cosign's simple signing, and sigstore bundles.

Sources: cosign's signature specification; containers/image, "signature payload"; sigstore's
bundle v0.1 to v0.3; DSSE v1; in-toto Statement v0.1 and v1.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from ..digests import Digest
from ..errors import DocumentError
from ..oci.json_document import read_document
from ..oci.json_node import Node

__all__ = [
    "BUNDLE_LIMIT",
    "PAYLOAD_LIMIT",
    "Claim",
    "bundle_claim",
    "enveloped",
    "simple_claim",
]

PAYLOAD_LIMIT: Final = 64 << 10
"""Bytes of a simple signing payload at most; they have some 250."""
BUNDLE_LIMIT: Final = 1 << 20
"""Bytes of a bundle at most; they have some 10,000."""
_SIGNATURE_LIMIT = 4 << 10
_MOST_SUBJECTS = 1_000
_BUNDLE_VALUES = 1_000
"""Values in a bundle at most; it has some 50.  Of each wrong one a library may tell at length."""
_STATEMENT_VALUES = 10 * _MOST_SUBJECTS
_SIMPLE_TYPE = "cosign container image signature"
_STATEMENT = "application/vnd.in-toto+json"
_SHA256 = "SHA2_256"
_SIGNS_IMAGES = "https://sigstore.dev/cosign/sign/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """That these manifests are signed; nobody has checked by whom yet."""

    subjects: frozenset[Digest]
    """What it says is signed."""
    message: bytes | Digest
    """The bytes that were signed, *subjects* among them; or the digest of them, if it is that of
    the manifest itself."""
    signature: bytes
    """As the algorithm of its key writes it."""
    certified: bytes = b""
    """The whole bundle, if a certificate in it says by whom; b"" if only a key can tell."""


def simple_claim(payload: bytes, signature: str) -> Claim:
    """Read a simple signing *payload* and its *signature* in base64.

    Raises DocumentError, also if it is of another type than cosign's of an image.
    """
    critical = read_document(payload, limit=PAYLOAD_LIMIT, what="signature payload").required_child(
        "critical"
    )
    if critical.required("type", str) != _SIMPLE_TYPE:
        raise critical.error(f"{_SIMPLE_TYPE!r} is expected", "type")
    subject = critical.required_child("image").digest("docker-manifest-digest")
    return Claim(
        subjects=frozenset({subject}), message=payload, signature=_signature(signature, "signature")
    )


def bundle_claim(data: bytes) -> Claim:
    """Read a sigstore bundle, of a statement of cosign's or of the manifest itself.

    Raises DocumentError, also for attestations: who signed an SBOM has not signed the image.
    """
    bundle = _read(data, _BUNDLE_VALUES, "bundle")
    certified = data if _has_certificate(bundle) else b""
    if (signed := bundle.child("messageSignature")) is not None:
        return _manifest_claim(signed, certified)
    return _statement_claim(bundle.required_child("dsseEnvelope"), certified)


def enveloped(kind: str, payload: bytes) -> bytes:
    """Return what DSSE signs of a *payload* of the type *kind* (DSSE v1, "PAE")."""
    return b"DSSEv1 %d %b %d %b" % (len(kind.encode()), kind.encode(), len(payload), payload)


def _read(data: bytes, most: int, what: str) -> Node:
    """Read a document of at most *most* values, each of which follows a comma or a bracket."""
    if sum(map(data.count, (b",", b"[", b"{"))) > most:
        raise DocumentError(f"it has more than {most} values", what=what)
    return read_document(data, limit=BUNDLE_LIMIT, what=what)


def _has_certificate(bundle: Node) -> bool:
    material = bundle.child("verificationMaterial")
    names = ("certificate", "x509CertificateChain")
    return material is not None and any(material.child(name) is not None for name in names)


def _statement_claim(envelope: Node, certified: bytes) -> Claim:
    kind = envelope.required("payloadType", str)
    if kind != _STATEMENT:
        raise envelope.error(f"{_STATEMENT!r} is expected", "payloadType")
    signatures = envelope.array("signatures", limit=1)
    if not signatures:
        raise envelope.error("it is empty", "signatures")
    payload = _decoded(envelope.required("payload", str), "dsseEnvelope.payload")
    return Claim(
        subjects=_subjects(_read(payload, _STATEMENT_VALUES, "statement")),
        message=enveloped(kind, payload),
        signature=_signature(signatures[0].required("sig", str), "dsseEnvelope.signatures[0].sig"),
        certified=certified,
    )


def _manifest_claim(signed: Node, certified: bytes) -> Claim:
    named = signed.required_child("messageDigest")
    if named.required("algorithm", str) != _SHA256:
        raise named.error(f"{_SHA256!r} is expected", "algorithm")
    digits = _decoded(named.required("digest", str), "messageSignature.messageDigest.digest").hex()
    subject = Digest.parse(f"sha256:{digits}")
    signature = _signature(signed.required("signature", str), "messageSignature.signature")
    return Claim(
        subjects=frozenset({subject}), message=subject, signature=signature, certified=certified
    )


def _subjects(statement: Node) -> frozenset[Digest]:
    if statement.required("predicateType", str) != _SIGNS_IMAGES:
        raise statement.error(f"{_SIGNS_IMAGES!r} is expected", "predicateType")
    subjects = statement.array("subject", limit=_MOST_SUBJECTS)
    named = [subject.required_child("digest").required("sha256", str) for subject in subjects]
    return frozenset(Digest.parse(f"sha256:{digits}") for digits in named)


def _signature(text: str, path: str) -> bytes:
    if len(text) > _SIGNATURE_LIMIT:
        reason = f"{len(text)} characters, at most {_SIGNATURE_LIMIT} are allowed"
        raise DocumentError(reason, path=path, what="signature")
    return _decoded(text, path)


def _decoded(text: str, path: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DocumentError("it is not base64", path=path, what="signature") from error
