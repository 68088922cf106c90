"""A token server that docker-registry believes: signed tokens for one user, on loopback."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID

from provider_core.testing import Answer, Loopback, Request

__all__ = ["TokenServer"]

_SERVICE: Final = "registry.test"
_ISSUER: Final = "tokens.test"
_LEEWAY: Final = 60
"""Seconds that docker-registry grants to clocks that are slow."""


class TokenServer:
    """Gives tokens to one user, each for the repositories that were asked for.

    Example::

        with TokenServer(tmp_path, user="robot", password="secret") as tokens:
            with DockerRegistry(tmp_path, auth=tokens.configuration) as registry:
                …
        assert tokens.asked == ["repository:team/app:pull"]
    """

    def __init__(self, folder: Path, *, user: str, password: str, seconds: int = 300) -> None:
        """Make a key, and a certificate of it below *folder* that a registry is told to trust."""
        self._login = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._seconds = seconds
        self.life = seconds
        """Seconds for which the registry takes a token, whatever its answer says."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = _certificate_of(self._key)
        self._file = folder / "tokens.pem"
        self._file.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))
        self.asked: list[str] = []
        """The scopes that tokens were asked for, in order."""
        self._server = Loopback(self._answer)
        self.url = f"{self._server.url}/token"

    @property
    def configuration(self) -> Mapping[str, Any]:
        """The section ``auth`` of a registry's configuration."""
        return {
            "token": {
                "realm": self.url,
                "service": _SERVICE,
                "issuer": _ISSUER,
                "rootcertbundle": str(self._file),
            }
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()

    def _answer(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Basic {self._login}":
            return Answer(status=401, headers={"www-authenticate": 'Basic realm="tokens"'})
        scopes = parse_qs(urlsplit(request.url).query).get("scope", [])
        self.asked += scopes
        token = self._token([scope.rsplit(":", 1) for scope in scopes])
        return Answer(body=json.dumps({"token": token, "expires_in": self._seconds}).encode())

    def _token(self, scopes: list[list[str]]) -> str:
        """Return a JSON web token (RFC 7519), signed by ES256, with its certificate in it."""
        now = int(time.time())
        access = [
            {
                "type": what.partition(":")[0],
                "name": what.partition(":")[2],
                "actions": [*do.split(",")],
            }
            for what, do in scopes
        ]
        claims = {"iss": _ISSUER, "sub": "robot", "aud": _SERVICE, "access": access}
        times = {
            "nbf": now - 2 * _LEEWAY,
            "iat": now - 2 * _LEEWAY,
            "exp": now + self.life - _LEEWAY,
            "jti": secrets.token_hex(8),
        }
        der = self._certificate.public_bytes(serialization.Encoding.DER)
        head = {"typ": "JWT", "alg": "ES256", "x5c": [base64.b64encode(der).decode()]}
        signed = f"{_part(head)}.{_part(claims | times)}"
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{_base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _part(document: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(document).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _certificate_of(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _ISSUER)])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
