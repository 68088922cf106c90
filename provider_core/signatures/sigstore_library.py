"""The one place that meets sigstore's library: bundles judged offline by a trusted root.

It checks the certificate's chain at a time that a log or a timestamp authority signed, its signed
certificate timestamp, the log's inclusion proof and promise, the signature, and that the log's
entry is of that signature.  It is imported when something is judged, as it brings much along.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ..digests import Digest
from ..errors import NotSupported, UsageError
from .claims import Claim, enveloped
from .trusted_root import root_between

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from sigstore.hashes import Hashed
    from sigstore.verify import Verifier

__all__ = ["check_root", "fault_of"]

_REASON: Final = 120
"""Characters of a reason at most; some hold whole proofs."""
_EVER: Final = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
_SILENT: Final = logging.NullHandler()
_CONFIG: Final = b"""{
    "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
    "signingConfig": {"mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json"},
    "trustedRoot": %b
}"""


def check_root(root: bytes, what: str) -> None:
    """Raise UsageError, calling it *what*, if *root* is no TrustedRoot.

    Raises NotSupported without the extra ``sigstore``.
    """
    _require_library()
    try:
        _verifier(root_between(root, *_EVER))  # that reads every period
    except Exception as error:  # it raises of many kinds for what is no such document
        raise UsageError(
            f"{what} is no trusted root of sigstore: {_reason(error)}",
            hint="give the trusted_root.json that `cosign trusted-root create` writes",
            path=what,
        ) from error


def fault_of(claim: Claim, *, identity: str, issuer: str, root: bytes) -> str:
    """Return why the bundle of *claim* does not prove that *identity* of *issuer* made it.

    Args:
        claim: one with a certificate.
        identity: what the certificate must name, exactly.
        issuer: who must have vouched for it.
        root: sigstore's TrustedRoot in JSON.

    Returns '' if it proves that.  Raises NotSupported without the extra ``sigstore``.
    """
    _require_library()
    try:
        _verify(claim, _Wanted(identity, issuer), root)
    except _AnotherIdentityError:
        return "by another identity"
    except Exception as error:  # whatever it makes of a stranger's bytes, they prove nothing
        return f"not proven ({_reason(error)})"
    return ""


class _AnotherIdentityError(Exception):
    """The certificate is good, and names somebody else."""


class _Wanted:
    """A policy as the library asks for: whom the certificate must name, and nobody else."""

    def __init__(self, identity: str, issuer: str) -> None:
        self._identity = identity
        self._issuer = issuer

    def verify(self, cert: Certificate) -> None:
        from cryptography.x509 import SubjectAlternativeName
        from sigstore.errors import VerificationError
        from sigstore.verify.policy import AllOf, Identity, OIDCIssuer, OIDCIssuerV2

        # Fulcio writes the issuer twice, authorities of others in one of two places.
        written = {extension.oid for extension in cert.extensions}
        places = [place for place in (OIDCIssuer, OIDCIssuerV2) if place.oid in written]
        issuers = AllOf([place(self._issuer) for place in places])
        try:
            AllOf([Identity(identity=self._identity), issuers]).verify(cert)
        except VerificationError as error:
            raise _AnotherIdentityError from error
        # The library takes any one of several names; who asked for it may have proven another.
        if len(cert.extensions.get_extension_for_class(SubjectAlternativeName).value) != 1:
            raise _AnotherIdentityError


def _verify(claim: Claim, wanted: _Wanted, root: bytes) -> None:
    """Raise unless the bundle of *claim* proves it, and signs the very bytes that were judged."""
    from sigstore.models import Bundle

    bundle = Bundle.from_json(claim.certified)
    certificate = bundle.signing_certificate
    since, until = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    # The library does not ask whether a log or an authority was in use then.
    verifier = _verifier(root_between(root, since, until))
    if isinstance(claim.message, Digest):
        verifier.verify_artifact(_hashed(claim.message), bundle, wanted)
    elif enveloped(*verifier.verify_dsse(bundle, wanted)) != claim.message:
        raise ValueError("the bundle reads in two ways")


def _hashed(digest: Digest) -> Hashed:
    from sigstore.hashes import Hashed
    from sigstore_models.common.v1 import HashAlgorithm

    return Hashed(algorithm=HashAlgorithm.SHA2_256, digest=bytes.fromhex(digest.hex))


@lru_cache(maxsize=4)
def _verifier(root: bytes) -> Verifier:
    from sigstore.models import ClientTrustConfig
    from sigstore.verify import Verifier

    config = ClientTrustConfig.from_json((_CONFIG % root).decode())
    return Verifier(trusted_root=config.trusted_root)


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _REASON else f"{text[:_REASON]}…"


def _require_library() -> None:
    """Import what is used of the library, and keep what it logs of strangers' bytes to itself."""
    try:
        import sigstore.verify  # noqa: F401
        from sigstore.models import ClientTrustConfig  # noqa: F401
    except ImportError as error:
        raise NotSupported(
            "checking keyless signatures needs the package sigstore",
            hint="pip install 'imageferry[sigstore]', or a kit with --extra sigstore",
        ) from error
    logging.getLogger("sigstore").addHandler(_SILENT)
