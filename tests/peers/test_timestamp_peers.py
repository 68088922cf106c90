"""A signature whose time an authority for timestamps tells, as openssl is one, and no log."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from provider_core.oci import Descriptor
from provider_core.signatures.claims import bundle_claim
from provider_core.signatures.keyless import read_keyless

from ..support.images import make_image
from ..support.private_sigstore import PrivateSigstore
from .tools import run

pytestmark = pytest.mark.peer("openssl")

IMAGE = make_image("app").root
SETTINGS = """
[tsa]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha512
ess_cert_id_alg = sha256
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[stamper]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
authorityKeyIdentifier = keyid
"""


class Stamper:
    """An authority for timestamps, in a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        (folder / "settings").write_text(SETTINGS.format(folder=folder))
        (folder / "serial").write_text("01\n")
        self._certificate("root", "-days", "2")
        self._certificate(
            "stamper", "-days", "1", "-CA", folder / "root.pem", "-CAkey", folder / "root.key"
        )

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """Its own certificate, and who vouches for it."""
        files = (self._folder / name for name in ("stamper.pem", "root.pem"))
        return tuple(x509.load_pem_x509_certificate(file.read_bytes()) for file in files)

    def stamp(self, data: bytes) -> dict[str, Any]:
        """Return the part of a bundle that says when *data* was there: now."""
        (self._folder / "data").write_bytes(data)
        ours = ("-config", self._folder / "settings")
        query, answer = self._folder / "query", self._folder / "answer"
        asked = ("-data", self._folder / "data", "-sha256", "-cert", "-out", query)
        run("openssl", "ts", "-query", *ours, *asked)
        by = ("-inkey", self._folder / "stamper.key", "-signer", self._folder / "stamper.pem")
        run(
            "openssl",
            "ts",
            "-reply",
            *ours,
            "-section",
            "tsa",
            "-queryfile",
            query,
            *by,
            "-out",
            answer,
        )
        stamped = base64.b64encode(answer.read_bytes()).decode()
        return {"rfc3161Timestamps": [{"signedTimestamp": stamped}]}

    def _certificate(self, name: str, *more: str | Path) -> None:
        made = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc")
        named = ("-subj", f"/O=example/CN={name}", "-config", self._folder / "settings")
        files = ("-keyout", self._folder / f"{name}.key", "-out", self._folder / f"{name}.pem")
        run("openssl", "req", "-x509", *made, *named, "-extensions", name, *files, *more)


@pytest.fixture
def stamper(tmp_path: Path) -> Stamper:
    return Stamper(tmp_path / "stamper")


def lab_of(*stampers: Stamper, ago: timedelta = timedelta(minutes=1)) -> PrivateSigstore:
    """Return a sigstore that believes *stampers*, whose certificates began *ago*."""
    began = datetime.now(UTC).replace(microsecond=0) - ago
    return PrivateSigstore(began=began, timestampers=tuple(one.chain for one in stampers))


def stamped(lab: PrivateSigstore, stamper: Stamper | None, image: Descriptor = IMAGE) -> bytes:
    """Return a bundle of *lab* without a time of the log's, but of *stamper*'s."""
    bundle = json.loads(
        lab.bundle_of(image, entry={"inclusionPromise": None, "integratedTime": None})
    )
    if stamper is not None:
        signature = base64.b64decode(bundle["dsseEnvelope"]["signatures"][0]["sig"])
        bundle["verificationMaterial"]["timestampVerificationData"] = stamper.stamp(signature)
    return json.dumps(bundle).encode()


def fault(lab: PrivateSigstore, folder: Path, data: bytes) -> str:
    """Return what is wrong with *data* for who believes *lab*."""
    return read_keyless(lab.write(folder)).fault(bundle_claim(data))


def test_a_timestamp_is_time_enough(tmp_path: Path, stamper: Stamper) -> None:
    lab = lab_of(stamper)
    assert fault(lab, tmp_path, stamped(lab, stamper)) == ""
    assert fault(lab, tmp_path, stamped(lab, None)).startswith("not proven (")


def test_a_timestamp_after_the_certificate_ended(tmp_path: Path, stamper: Stamper) -> None:
    lab = lab_of(stamper, ago=timedelta(hours=1))
    assert fault(lab, tmp_path, stamped(lab, stamper)).startswith("not proven (")


def test_a_timestamp_of_somebody_else(tmp_path: Path, stamper: Stamper) -> None:
    lab, other = lab_of(stamper), Stamper(tmp_path / "other")
    assert fault(lab, tmp_path, stamped(lab, other)).startswith("not proven (")
    assert fault(lab_of(), tmp_path, stamped(lab, stamper)).startswith("not proven (")


def test_a_timestamp_of_another_signature(tmp_path: Path, stamper: Stamper) -> None:
    lab = lab_of(stamper)
    one, two = (json.loads(stamped(lab, stamper)) for _ in range(2))
    one["verificationMaterial"]["timestampVerificationData"] = two["verificationMaterial"][
        "timestampVerificationData"
    ]
    assert fault(lab, tmp_path, json.dumps(one).encode()).startswith("not proven (")
