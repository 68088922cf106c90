from __future__ import annotations

import json
import socket
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest

from provider_core.digests import Digest
from provider_core.errors import NotSupported, SignatureError
from provider_core.signatures import Signer, read_signer, require_signature
from provider_core.signatures.claims import bundle_claim

from ...support import signing
from ...support.images import SmallImage, make_image
from ...support.private_sigstore import IDENTITY, ISSUER, LIFE, PrivateSigstore
from ...support.signing import bundle, bundle_of, signature, stored

IMAGE, OTHER = make_image("one").root, make_image("two").root
LAB = PrivateSigstore()
GOOD = LAB.bundle_of(IMAGE)
Place = tuple[str | int, ...]


@pytest.fixture
def release(tmp_path: Path) -> Signer:
    return read_signer(LAB.write(tmp_path))


def judged(signers: list[Signer], *came: SmallImage) -> Signer:
    """Ask whether IMAGE, with which *came* all these, is signed by one of *signers*."""
    referrers = [one.root for one in came]
    return require_signature("app 1.0", IMAGE.digest, referrers, stored(*came), signers)


def found(signer: Signer, *bundles: bytes) -> str:
    """Return what was found when IMAGE, with which these *bundles* came, was refused."""
    with pytest.raises(SignatureError) as caught:
        judged([signer], *(bundle(IMAGE, data) for data in bundles))
    assert caught.value.fields["keys"] == [signer.line]
    return ", ".join(cast(dict[str, int], caught.value.fields["found"]))


@pytest.mark.parametrize("of_manifest", [False, True], ids=["statement", "manifest"])
@pytest.mark.parametrize("identity", [IDENTITY, "builder@plant.example"])
def test_an_identity_is_accepted(tmp_path: Path, of_manifest: bool, identity: str) -> None:
    signer = read_signer(LAB.write(tmp_path, identity=identity))
    data = LAB.bundle_of(IMAGE, identity=identity, of_manifest=of_manifest)
    assert judged([signer], bundle(IMAGE, data)) == signer


def test_nothing_is_asked_of_a_network(release: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> NoReturn:
        raise AssertionError("a network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert judged([release], bundle(IMAGE, GOOD)) == release


@pytest.mark.parametrize(
    "other",
    [
        {"identity": IDENTITY + "0"},
        {"identity": IDENTITY.upper()},
        {"identity": "builder@plant.example"},
        {"issuer": ISSUER + "/"},
        {"issuer": "https://other.example"},
    ],
)
def test_another_identity_does_not_count(release: Signer, other: dict[str, str]) -> None:
    assert found(release, LAB.bundle_of(IMAGE, **other)) == "by another identity"  # type: ignore[arg-type]


@pytest.mark.parametrize("issuer", [(ISSUER, ""), ("", ISSUER)])
def test_an_issuer_in_one_place_is_enough(release: Signer, issuer: tuple[str, str]) -> None:
    assert judged([release], bundle(IMAGE, LAB.bundle_of(IMAGE, issuer=issuer))) == release


@pytest.mark.parametrize("other", ["https://other.example", ISSUER + "/"])
def test_two_issuers_do_not_count(release: Signer, other: str) -> None:
    for issuer in ((ISSUER, other), (other, ISSUER), ("", "")):
        assert found(release, LAB.bundle_of(IMAGE, issuer=issuer)) == "by another identity"


def test_two_identities_do_not_count(release: Signer) -> None:
    for identity in ((IDENTITY, "builder@plant.example"), ("builder@plant.example", IDENTITY)):
        assert found(release, LAB.bundle_of(IMAGE, identity=identity)) == "by another identity"


def test_another_sigstore_does_not_count(release: Signer) -> None:
    assert found(release, PrivateSigstore().bundle_of(IMAGE)).startswith("not proven (")


@pytest.mark.parametrize("part", ["authority_key", "certificate_log_key", "log_key"])
def test_each_part_of_the_trusted_root_counts(tmp_path: Path, part: str) -> None:
    keys = ("authority_key", "certificate_log_key", "log_key")
    shared = {key: getattr(LAB, key) for key in keys if key != part}
    signer = read_signer(PrivateSigstore(**shared).write(tmp_path))
    assert found(signer, GOOD).startswith("not proven (")


@pytest.mark.parametrize("part", ["certificateAuthorities", "ctlogs", "tlogs"])
@pytest.mark.parametrize(
    ("period", "is_proven"),
    [
        ({"start": "2024-03-01T12:05:00Z"}, True),
        ({"start": "2024-03-01T12:11:00Z"}, False),
        ({"start": "2024-01-01T00:00:00Z", "end": "2024-03-01T12:05:00.5+00:00"}, True),
        ({"start": "2024-01-01T00:00:00Z", "end": "2024-03-01T11:59:00Z"}, False),
    ],
)
def test_what_was_not_in_use_then_does_not_count(
    tmp_path: Path, part: str, period: dict[str, str], is_proven: bool
) -> None:
    policy, root = LAB.write(tmp_path), LAB.trusted_root()
    (entry,) = root[part]
    entry.get("publicKey", entry)["validFor"] = period
    (tmp_path / "release_root.json").write_text(json.dumps(root))
    assert (read_signer(policy).fault(bundle_claim(GOOD)) == "") is is_proven


@pytest.mark.parametrize("of_manifest", [False, True], ids=["statement", "manifest"])
def test_a_signature_of_another_image_does_not_count(release: Signer, of_manifest: bool) -> None:
    data = LAB.bundle_of(OTHER, of_manifest=of_manifest)
    assert found(release, data) == "of another image"


@pytest.mark.parametrize("of_manifest", [False, True], ids=["statement", "manifest"])
def test_a_bundle_made_to_fit_does_not_count(release: Signer, of_manifest: bool) -> None:
    good = json.loads(LAB.bundle_of(OTHER, of_manifest=of_manifest))
    fitting = json.loads(LAB.bundle_of(IMAGE, of_manifest=of_manifest))
    if of_manifest:
        good["messageSignature"]["messageDigest"] = fitting["messageSignature"]["messageDigest"]
    else:
        good["dsseEnvelope"]["payload"] = fitting["dsseEnvelope"]["payload"]
    assert found(release, json.dumps(good).encode()).startswith("not proven (")


def test_the_log_must_have_taken_this_very_signature(release: Signer) -> None:
    entries = json.loads(LAB.bundle_of(IMAGE))["verificationMaterial"]["tlogEntries"]
    data = LAB.bundle_of(IMAGE, material={"tlogEntries": entries})
    assert found(release, data).startswith("not proven (")


def test_an_attestation_is_no_signature(release: Signer) -> None:
    sbom = LAB.bundle_of(IMAGE, predicate="https://spdx.dev/Document")
    assert found(release, sbom) == "unreadable"


@pytest.mark.parametrize("after", [timedelta(minutes=-1), LIFE + timedelta(minutes=1)])
def test_the_certificate_held_when_the_log_took_the_signature(
    release: Signer, after: timedelta
) -> None:
    assert found(release, LAB.bundle_of(IMAGE, logged_after=after)).startswith("not proven (")


@pytest.mark.parametrize(
    "entry",
    [
        {"inclusionPromise": None},
        {"integratedTime": None},
        {"inclusionPromise": None, "integratedTime": None},
        {"inclusionProof": None},
    ],
)
def test_without_evidence_of_time_or_log_it_does_not_count(
    release: Signer, entry: dict[str, Any]
) -> None:
    assert found(release, LAB.bundle_of(IMAGE, entry=entry)).startswith("not proven (")


@pytest.mark.parametrize("material", [{"tlogEntries": []}, {"publicKey": {"hint": "x"}}])
def test_without_a_log_or_with_two_signers_it_does_not_count(
    release: Signer, material: dict[str, Any]
) -> None:
    assert found(release, LAB.bundle_of(IMAGE, material=material)).startswith("not proven (")


def test_a_key_does_not_make_an_identity(release: Signer, tmp_path: Path) -> None:
    signer = signing.Signer()
    assert found(release, bundle_of(IMAGE, signer)) == "without a certificate in a bundle"
    key = read_signer(signer.write(tmp_path / "cosign.pub"))
    assert found(key, GOOD) == "by another key"


def test_a_key_or_an_identity_suffices(release: Signer, tmp_path: Path) -> None:
    signer = signing.Signer()
    key = read_signer(signer.write(tmp_path / "cosign.pub"))
    assert judged([key, release], bundle(IMAGE, GOOD)) == release
    assert judged([key, release], signature(IMAGE, signer)) == key
    stranger = signature(IMAGE, signing.Signer())
    with pytest.raises(SignatureError) as caught:
        judged([key, release], stranger)
    assert "1 by another key and without a certificate in a bundle" in caught.value.message
    assert f"cosign.pub or {release}" in caught.value.message


def test_many_reasons_are_not_all_told(release: Signer) -> None:
    other = [LAB.bundle_of(IMAGE, change={f"field{number}": 1}) for number in range(30)]
    assert found(release, *other).count("not proven") == 10


@pytest.mark.parametrize("missing", ["sigstore", "sigstore.models"])
def test_without_the_package_it_says_what_to_install(
    release: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    signer = signing.Signer()
    key, policy = read_signer(signer.write(tmp_path / "cosign.pub")), LAB.write(tmp_path)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(NotSupported) as caught:
        read_signer(policy)
    assert "imageferry[sigstore]" in caught.value.hint
    assert caught.value.exit_code == 2
    with pytest.raises(NotSupported):
        judged([release], bundle(IMAGE, GOOD))
    assert judged([key], bundle(IMAGE, GOOD), signature(IMAGE, signer)) == key
    assert judged([release, key], bundle(IMAGE, GOOD), signature(IMAGE, signer)) == key


def test_a_claim_keeps_the_bundle_only_for_its_certificate() -> None:
    assert bundle_claim(GOOD).certified == GOOD
    assert bundle_claim(bundle_of(IMAGE, signing.Signer())).certified == b""
    assert isinstance(bundle_claim(LAB.bundle_of(IMAGE, of_manifest=True)).message, Digest)
