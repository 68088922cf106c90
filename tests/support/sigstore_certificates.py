"""Certificates as a sigstore's authority makes them, with the timestamp of a log of certificates.

Sources: Fulcio's certificate specification; RFC 6962, 3.2 and 3.3; RFC 5280.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

__all__ = ["LIFE", "Names", "authority_of", "certificate_of", "new_key", "public_bytes", "sign"]

Names = str | tuple[str, ...]
LIFE: Final = timedelta(minutes=10)
"""Of each certificate that says whose a key is."""
_YEARS = timedelta(days=3650)
_ISSUER_V1 = ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
_ISSUER_V2 = ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
_TIMESTAMPS = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")


def new_key() -> ec.EllipticCurvePrivateKey:
    """Return a key on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def sign(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """Return ECDSA's signature of the SHA-256 of *data*."""
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the public half in DER, of whose SHA-256 logs make their names."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def authority_of(key: ec.EllipticCurvePrivateKey, began: datetime) -> x509.Certificate:
    """Return the certificate of an authority that vouches for itself."""
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "example"),
            x509.NameAttribute(NameOID.COMMON_NAME, "authority"),
        ]
    )
    return (
        _builder(name, name, key, began, _YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
        .sign(key, hashes.SHA256())
    )


def certificate_of(
    key: ec.EllipticCurvePrivateKey,
    identity: Names,
    issuer: Names,
    *,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    log_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    """Return the certificate that says *key* is *identity*'s, as the log of *log_key* saw it.

    *issuer* stands in the old place and in the new one; two of them, one in each ("" in none).
    """
    began = authority.not_valid_before_utc
    named = [_general_name(name) for name in _each(identity)]
    by = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    builder = (
        _builder(x509.Name([]), authority.subject, key, began, LIFE)
        .add_extension(_usage("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        .add_extension(by, critical=False)
        .add_extension(x509.SubjectAlternativeName(named), critical=True)
    )
    for extension in _issuers(*(_each(issuer) * 2)[:2]):
        builder = builder.add_extension(extension, critical=False)
    seen = builder.sign(authority_key, hashes.SHA256()).tbs_certificate_bytes
    timestamps = _timestamps(seen, began, authority_key, log_key)
    builder = builder.add_extension(x509.UnrecognizedExtension(_TIMESTAMPS, timestamps), False)
    return builder.sign(authority_key, hashes.SHA256())


def _each(names: Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names


def _general_name(identity: str) -> x509.GeneralName:
    if "://" in identity:
        return x509.UniformResourceIdentifier(identity)
    return x509.RFC822Name(identity)


def _issuers(old: str, new: str) -> Iterator[x509.UnrecognizedExtension]:
    if old:
        yield x509.UnrecognizedExtension(_ISSUER_V1, old.encode())
    if new:
        text = b"\x0c" + bytes([len(new)]) + new.encode()  # UTF8String
        yield x509.UnrecognizedExtension(_ISSUER_V2, text)


def _timestamps(
    seen: bytes,
    when: datetime,
    authority_key: ec.EllipticCurvePrivateKey,
    log_key: ec.EllipticCurvePrivateKey,
) -> bytes:
    """Return the list of the one timestamp of a certificate that was *seen* without it."""
    millis = struct.pack("!Q", int(when.timestamp()) * 1000)
    issuer = sha256(public_bytes(authority_key)).digest()
    signed = b"\0\0" + millis + b"\0\1" + issuer + len(seen).to_bytes(3) + seen + b"\0\0"
    log = sha256(public_bytes(log_key)).digest()
    timestamp = b"\0" + log + millis + b"\0\0" + b"\x04\x03" + _counted(sign(log_key, signed))
    listed = _counted(_counted(timestamp))
    return b"\x04" + bytes([len(listed)]) + listed  # OCTET STRING, always below 128 bytes


def _usage(*uses: str) -> x509.KeyUsage:
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: name in uses for name in names})


def _counted(data: bytes) -> bytes:
    return len(data).to_bytes(2) + data


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    began: datetime,
    life: timedelta,
) -> x509.CertificateBuilder:
    known = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + life)
        .add_extension(known, critical=False)
    )
