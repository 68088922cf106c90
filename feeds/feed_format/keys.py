"""Keys: Ed25519 (RFC 8032), the only kind this project makes and signs with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from securesystemslib.signer import SSlibKey

from provider_core.errors import DocumentError, UsageError

__all__ = ["PublicKey", "Signer", "SigningKey", "is_encrypted"]

_RAW_BYTES = 32
_ENCRYPTED = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"


class Signer(Protocol):
    """A private key that signs without showing itself."""

    @property
    def public_key(self) -> bytes:
        """The Ed25519 public key, 32 bytes."""

    def sign(self, payload: bytes) -> bytes:
        """Return the signature, 64 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """The half of a key that everybody may know.  Raises DocumentError if it is none."""

    raw: bytes
    """32 bytes."""

    def __post_init__(self) -> None:
        if len(self.raw) != _RAW_BYTES:
            reason = f"an Ed25519 key has {_RAW_BYTES} bytes, not {len(self.raw)}"
            raise DocumentError(reason, what="public key")

    @classmethod
    def of(cls, signer: Signer) -> Self:
        """Return the public key of *signer*."""
        return cls(raw=signer.public_key)

    @classmethod
    def from_pem(cls, data: bytes) -> Self:
        """Read a public key file (SubjectPublicKeyInfo, PEM).  Raises DocumentError."""
        try:
            key = serialization.load_pem_public_key(data)
        except (ValueError, UnsupportedAlgorithm):
            raise DocumentError("it is no PEM public key", what="public key") from None
        if not isinstance(key, Ed25519PublicKey):
            raise DocumentError("it is of another kind than Ed25519", what="public key")
        return cls(raw=key.public_bytes_raw())

    @property
    def id(self) -> str:
        """The TUF key id: SHA-256 of the key's canonical JSON, 64 hexadecimal digits."""
        return self.tuf_key.keyid

    @property
    def tuf_key(self) -> SSlibKey:
        """The key as TUF metadata holds it."""
        return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(self.raw))

    def as_pem(self) -> bytes:
        """Return the public key file, which `from_pem` reads."""
        return Ed25519PublicKey.from_public_bytes(self.raw).public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def verifies(self, signature: bytes, payload: bytes) -> bool:
        """Whether *signature* over *payload* was made by this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, payload)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """A private key in memory; a Signer.  Its representation shows the public half only."""

    __slots__ = ("_private",)

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private

    @classmethod
    def generate(cls) -> Self:
        """Make a new key from the system's randomness."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, data: bytes, passphrase: bytes | None = None) -> Self:
        """Read a private key file (PKCS#8, PEM), encrypted or not.

        Raises UsageError if the passphrase is missing or wrong, DocumentError for other files.
        """
        wanted = is_encrypted(data)
        if wanted and not passphrase:
            raise _passphrase_error("the key needs its passphrase")
        try:
            key = serialization.load_pem_private_key(data, passphrase if wanted else None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            if wanted:
                raise _passphrase_error("the passphrase does not open the key") from None
            raise DocumentError("it is no PEM private key", what="key file") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise DocumentError("it is of another kind than Ed25519", what="key file")
        return cls(key)

    @property
    def public_key(self) -> bytes:
        """The public half, 32 bytes."""
        return self._private.public_key().public_bytes_raw()

    @property
    def id(self) -> str:
        """The TUF key id."""
        return PublicKey.of(self).id

    def sign(self, payload: bytes) -> bytes:
        """Return the signature of *payload*, 64 bytes."""
        return self._private.sign(payload)

    def as_pem(self, passphrase: bytes | None = None) -> bytes:
        """Return the private key file (PKCS#8), encrypted if there is a *passphrase*."""
        protection: serialization.KeySerializationEncryption = (
            serialization.BestAvailableEncryption(passphrase)
            if passphrase
            else serialization.NoEncryption()
        )
        return self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
        )

    def __repr__(self) -> str:
        return f"SigningKey({self.id[:12]})"


def is_encrypted(data: bytes) -> bool:
    """Whether the private key file *data* needs a passphrase."""
    return data.lstrip().startswith(_ENCRYPTED)


def _passphrase_error(message: str) -> UsageError:
    return UsageError(message, hint="give the passphrase that the key was made with")
