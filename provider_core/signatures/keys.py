"""Public keys as cosign writes them: ECDSA on P-256, Ed25519, RSA."""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..digests import Digest
from ..errors import NoSuchFile, UsageError
from .claims import Claim

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

__all__ = ["PublicKey", "read_key"]

_LINE: Final = "key:"
_FILE_LIMIT = 64 << 10
_RSA_BITS: Final = range(2048, 16384 + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """Who may have signed; equal where the key is, whatever it is called."""

    der: bytes = field(repr=False)
    """SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) in DER."""
    name: str = field(compare=False)
    """What the user called it: its file, or its fingerprint."""

    def __str__(self) -> str:
        return self.name

    @property
    def line(self) -> str:
        """The whole key on one line, which `read_key` reads again."""
        return _LINE + base64.b64encode(self.der).decode()

    def fault(self, claim: Claim) -> str:
        """Return why *claim* is not this key's; '' if it is."""
        return "" if self.made(claim.signature, claim.message) else "by another key"

    def made(self, signature: bytes, message: bytes | Digest) -> bool:
        """Whether *signature* is this key's of *message*, or of what has that digest.

        ECDSA and RSA (PKCS #1 v1.5) sign its SHA-256, Ed25519 the message itself, as cosign does:
        of a digest alone, it is never Ed25519's.
        """
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
        from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
        from cryptography.hazmat.primitives.serialization import load_der_public_key

        key = load_der_public_key(self.der)
        hashed: hashes.SHA256 | Prehashed = hashes.SHA256()
        if isinstance(message, Digest):
            if isinstance(key, ed25519.Ed25519PublicKey):
                return False
            hashed, message = Prehashed(hashes.SHA256()), bytes.fromhex(message.hex)
        try:
            if isinstance(key, ed25519.Ed25519PublicKey):
                key.verify(signature, message)
            elif isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(signature, message, ec.ECDSA(hashed))
            elif isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, message, padding.PKCS1v15(), hashed)
            else:
                return False
        except InvalidSignature:
            return False
        return True


def read_key(text: str) -> PublicKey:
    """Return the key that *text* is: a PEM file's path, or a `PublicKey.line`.

    Raises NoSuchFile, and UsageError for what is no public key of the three kinds, for a private
    one, and for RSA of fewer than 2,048 bits.
    """
    if text.startswith(_LINE):
        return _from_line(text)
    path = Path(os.path.expanduser(text))
    try:
        with path.open("rb") as stream:
            data = stream.read(_FILE_LIMIT + 1)
    except OSError as error:
        raise NoSuchFile(path) from error
    return PublicKey(der=_der_of_pem(data, text), name=path.name)


def _from_line(text: str) -> PublicKey:
    try:
        der = base64.b64decode(text.removeprefix(_LINE), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _no_key(text, "it is not base64") from error
    _check(_parsed(der, text), text)
    return PublicKey(der=der, name=f"key {sha256(der).hexdigest()[:16]}")


def _der_of_pem(data: bytes, text: str) -> bytes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_pem_public_key,
    )

    if len(data) > _FILE_LIMIT:
        raise _no_key(text, f"it is larger than {_FILE_LIMIT} bytes")
    if b"PRIVATE KEY" in data:
        raise _no_key(text, "it is a private one, which stays with whoever signs")
    try:
        key = load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _no_key(text, "it is not PEM of a public key") from error
    _check(key, text)
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _parsed(der: bytes, text: str) -> PublicKeyTypes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        return load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _no_key(text, "it holds no public key") from error


def _check(key: PublicKeyTypes, text: str) -> None:
    """Raise UsageError unless *key* is of a kind that `PublicKey.made` knows."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size not in _RSA_BITS:
            raise _no_key(text, f"RSA of {key.key_size} bits, 2048 to 16384 are taken")
    elif isinstance(key, ec.EllipticCurvePublicKey):
        if not isinstance(key.curve, ec.SECP256R1):
            raise _no_key(text, f"its curve is {key.curve.name}, P-256 is taken")
    elif not isinstance(key, ed25519.Ed25519PublicKey):
        raise _no_key(text, "it is neither ECDSA, nor Ed25519, nor RSA")


def _no_key(text: str, reason: str) -> UsageError:
    return UsageError(
        f"{text!r} is no public key to check signatures with: {reason}",
        hint="give the PEM file that cosign calls cosign.pub, or a keyless policy (.toml)",
        key=text,
    )
