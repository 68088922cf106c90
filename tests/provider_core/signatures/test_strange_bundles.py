"""Bundles with a certificate that were changed: refused whatever was changed, and never raised."""

from __future__ import annotations

import base64
import copy
import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from provider_core.errors import SignatureError
from provider_core.signatures import Signer, read_signer, require_signature

from ...support.images import make_image
from ...support.private_sigstore import PrivateSigstore
from ...support.signing import bundle, stored
from ...support.sigstore_log import b64

IMAGE = make_image("one").root
LAB = PrivateSigstore()
GOOD = LAB.bundle_of(IMAGE)
Place = tuple[str | int, ...]


@pytest.fixture
def release(tmp_path: Path) -> Signer:
    return read_signer(LAB.write(tmp_path))


def judged(signer: Signer, data: bytes) -> Signer:
    """Ask whether IMAGE, with which the bundle *data* came, is signed by *signer*."""
    made = bundle(IMAGE, data)
    return require_signature("app 1.0", IMAGE.digest, [made.root], stored(made), [signer])


def places(value: Any, here: Place = ()) -> Iterator[Place]:
    """Yield the way to everything in a document."""
    below = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in below:
        yield (*here, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*here, key))


def at(document: Any, place: Place) -> Any:
    """Return what is at *place*."""
    for key in place:
        document = document[key]
    return document


def changed(place: Place, value: object) -> bytes:
    """Return GOOD with *value* at *place*."""
    document = copy.deepcopy(json.loads(GOOD))
    at(document, place[:-1])[place[-1]] = value
    return json.dumps(document).encode()


ALL = list(places(json.loads(GOOD)))
SIGNED = [
    place
    for place in ALL
    if place[-1]
    in {"rawBytes", "sig", "signedEntryTimestamp", "rootHash", "canonicalizedBody", 0, "payload"}
    and isinstance(at(json.loads(GOOD), place), str)
]


@pytest.mark.parametrize("place", SIGNED, ids=lambda place: ".".join(map(str, place)))
def test_no_byte_may_be_changed(release: Signer, place: Place) -> None:
    data = base64.b64decode(at(json.loads(GOOD), place))
    for position in range(0, len(data), max(1, len(data) // 8)):
        other = data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]
        with pytest.raises(SignatureError):
            judged(release, changed(place, base64.b64encode(other).decode()))


@pytest.mark.parametrize("text", ["2", "1709294406"])
def test_no_number_of_the_log_may_be_changed(release: Signer, text: str) -> None:
    entry = ("verificationMaterial", "tlogEntries", 0)
    for key in ("logIndex", "integratedTime"):
        with pytest.raises(SignatureError, match="not proven"):
            judged(release, changed((*entry, key), text))


def test_whatever_is_in_a_bundle_is_counted_not_raised(release: Signer) -> None:
    deep: list[Any] = []
    for _ in range(20):
        deep = [deep]
    strange: tuple[Any, ...] = (
        None,
        True,
        0,
        -1,
        2**62,
        1.5,
        "",
        "?",
        "\0",
        "A" * 5000,
        [],
        {},
        [None],
        [{}],
        deep,
    )
    for place in ALL:
        for value in strange:
            with suppress(SignatureError):
                judged(release, changed(place, value))


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"\xff", b"[" * 5000, b" " * (2 << 20), GOOD + b" " * (1 << 20)]
)
def test_huge_and_garbled_bundles_do_not_count(release: Signer, data: bytes) -> None:
    with pytest.raises(SignatureError, match="1 unreadable"):
        judged(release, data)


@pytest.mark.parametrize(
    "many", [[{}] * 200_000, [0] * 300_000, {f"{number:x}": 0 for number in range(80_000)}]
)
def test_many_values_are_not_shown_to_the_library(release: Signer, many: Any) -> None:
    place = ("verificationMaterial", "tlogEntries")
    with pytest.raises(SignatureError, match="1 unreadable"):
        judged(release, changed(place, many))


def test_a_statement_of_many_values_is_unreadable(release: Signer) -> None:
    place = ("dsseEnvelope", "payload")
    statement = json.loads(base64.b64decode(at(json.loads(GOOD), place)))
    statement["predicate"] = {"many": [{}] * 100_000}
    payload = base64.b64encode(json.dumps(statement).encode()).decode()
    with pytest.raises(SignatureError, match="1 unreadable"):
        judged(release, changed(place, payload))


def test_nothing_that_the_library_logs_is_printed(
    release: Signer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # as nobody set logging up
    document = json.loads(GOOD)
    document["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.1"
    own = document["verificationMaterial"].pop("certificate")
    root = {"rawBytes": b64(LAB.authority.public_bytes(Encoding.DER))}
    document["verificationMaterial"]["x509CertificateChain"] = {"certificates": [own, root]}
    assert judged(release, json.dumps(document).encode()) == release
    assert capsys.readouterr().err == ""
