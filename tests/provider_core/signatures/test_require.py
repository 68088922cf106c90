from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import DigestMismatch, DocumentError, SignatureError
from provider_core.oci import Descriptor
from provider_core.signatures import PublicKey, read_key, require_signature
from provider_core.signatures import Signer as Judge
from provider_core.signatures.claims import bundle_claim, simple_claim
from provider_core.testing import MemoryStore

from ...support.images import SmallImage, make_image, make_referrer
from ...support.signing import KINDS, Signer, bundle, bundle_of, payload_of, signature, stored

IMAGE, OTHER = make_image("one").root, make_image("two").root
SIGNER, STRANGER = Signer(), Signer()


@pytest.fixture
def key(tmp_path: Path) -> PublicKey:
    return read_key(SIGNER.write(tmp_path / "plant.pub"))


def judged(keys: list[PublicKey], *came: SmallImage) -> Judge:
    """Ask whether IMAGE, with which *came* all these, is signed by one of *keys*."""
    referrers = [one.root for one in came]
    return require_signature("app 1.0", IMAGE.digest, referrers, stored(*came), keys)


def found(key: PublicKey, *came: SmallImage) -> dict[str, int]:
    """Return what was found when IMAGE was refused."""
    with pytest.raises(SignatureError) as caught:
        judged([key], *came)
    fields = caught.value.fields
    assert (fields["image"], fields["digest"]) == ("app 1.0", str(IMAGE.digest))
    assert fields["keys"] == [key.line]
    assert "plant.pub" in caught.value.message
    return cast(dict[str, int], fields["found"])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["simple", "tag", "bundle"])
def test_a_signature_is_accepted(kind: str, form: str, tmp_path: Path) -> None:
    signer = Signer(kind)
    key = read_key(signer.write(tmp_path / "cosign.pub"))
    made = {
        "simple": lambda: signature(IMAGE, signer),
        "tag": lambda: signature(IMAGE, signer, refers=False),
        "bundle": lambda: bundle(IMAGE, bundle_of(IMAGE, signer)),
    }[form]()
    assert judged([key], made) == key


def test_one_of_several_suffices(key: PublicKey, tmp_path: Path) -> None:
    other = read_key(STRANGER.write(tmp_path / "other.pub"))
    assert judged([other, key], signature(IMAGE, Signer(), SIGNER)) == key
    noise = make_referrer(IMAGE, b"an SBOM")
    assert judged([key], noise, signature(IMAGE, STRANGER), signature(IMAGE, SIGNER)) == key


def test_nothing_came(key: PublicKey) -> None:
    assert found(key) == found(key, make_referrer(IMAGE, b"an SBOM")) == {}


def test_a_signature_of_another_image_does_not_count(key: PublicKey) -> None:
    moved = signature(IMAGE, SIGNER, payload=payload_of(OTHER.digest))
    assert found(key, moved) == {"of another image": 1}
    assert found(key, bundle(IMAGE, bundle_of(OTHER, SIGNER))) == {"of another image": 1}


def test_a_signature_by_another_key_does_not_count(key: PublicKey) -> None:
    both = signature(IMAGE, STRANGER), bundle(IMAGE, bundle_of(IMAGE, STRANGER))
    assert found(key, *both) == {"by another key": 2}


def test_an_attestation_is_no_signature(key: PublicKey) -> None:
    sbom = bundle_of(IMAGE, SIGNER, predicate="https://spdx.dev/Document")
    other = bundle_of(IMAGE, SIGNER, kind="application/json")
    assert found(key, bundle(IMAGE, sbom), bundle(IMAGE, other)) == {"unreadable": 2}


@pytest.mark.parametrize("text", ["AAA", "A===", "?", "A" * 5000, "MEUCIQ=="])
def test_a_broken_signature_does_not_count(key: PublicKey, text: str) -> None:
    assert set(found(key, signature(IMAGE, SIGNER, text=text))) <= {"unreadable", "by another key"}


@pytest.mark.parametrize(
    "payload",
    [
        b"{}",
        b"null",
        b"\xff",
        b"[" * 1000,
        b" " * 70_000,
        payload_of(IMAGE.digest, kind="atomic container signature"),
        json.dumps(
            {"critical": {"image": [], "type": "cosign container image signature"}}
        ).encode(),
    ],
)
def test_a_broken_payload_does_not_count(key: PublicKey, payload: bytes) -> None:
    assert found(key, signature(IMAGE, SIGNER, payload=payload)) == {"unreadable": 1}


@pytest.mark.parametrize(
    "change", [{"payload": "?"}, {"payload": "e30="}, {"signatures": []}, {"signatures": [{}, {}]}]
)
def test_a_broken_bundle_does_not_count(key: PublicKey, change: dict[str, Any]) -> None:
    data = bundle_of(IMAGE, SIGNER, change=change)
    assert found(key, bundle(IMAGE, data)) == {"unreadable": 1}


def test_a_payload_that_did_not_come_does_not_count(key: PublicKey) -> None:
    made = signature(IMAGE, SIGNER)
    blobs = {made.root.digest: made.blobs[made.root.digest]}
    lost = SmallImage(root=made.root, blobs=blobs, platforms=(), manifests=made.manifests)
    assert found(key, lost) == {"unreadable": 1}


def test_a_damaged_store_is_not_an_unsigned_image(key: PublicKey) -> None:
    made = signature(IMAGE, SIGNER)
    store = stored(made)
    (layer,) = made.manifest.layers
    store.overwrite(layer.digest, bytes(layer.size))
    with pytest.raises(DigestMismatch):
        require_signature("app", IMAGE.digest, [made.root], store, [key])


def test_thousands_of_signatures_are_not_all_looked_at(key: PublicKey) -> None:
    many = signature(IMAGE, *[SIGNER] * 999, payload=payload_of(OTHER.digest))
    more = signature(IMAGE, SIGNER, SIGNER, payload=payload_of(OTHER.digest) + b" ")
    assert found(key, many, more) == {"of another image": 1000}
    assert found(key, many, more, signature(IMAGE, SIGNER)) == {"of another image": 1000}


def test_thousands_of_referrers_are_not_all_read(key: PublicKey) -> None:
    store, read = MemoryStore(), []

    class Counting:
        def has(self, descriptor: Descriptor) -> bool:
            read.append(descriptor)
            return store.has(descriptor)

    plain = make_referrer(IMAGE, b"x").root
    with pytest.raises(SignatureError):
        require_signature("app", IMAGE.digest, [plain] * 5000, Counting(), [key])  # type: ignore[arg-type]
    assert len(read) == 1000


def test_a_file_is_never_signed(key: PublicKey) -> None:
    with pytest.raises(SignatureError):
        require_signature("app.wim", None, [], MemoryStore(), [key])


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (bundle_claim, lambda data: simple_claim(data, "AAAA")):
        with pytest.raises(DocumentError):
            read(data)
