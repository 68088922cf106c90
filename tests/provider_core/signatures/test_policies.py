"""Keyless policies: files that name whom a certificate must name, and who vouches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from provider_core.errors import NoSuchFile, UsageError
from provider_core.signatures import Keyless, read_signer
from provider_core.signatures.claims import bundle_claim

from ...support.images import make_image
from ...support.private_sigstore import IDENTITY, ISSUER, PrivateSigstore

LAB = PrivateSigstore()
IMAGE = make_image("one").root


def test_a_policy_is_read_from_its_file_and_from_its_line(tmp_path: Path) -> None:
    signer = read_signer(LAB.write(tmp_path))
    assert isinstance(signer, Keyless)
    again = read_signer(signer.line)
    assert again == signer
    assert (str(signer), str(again)) == ("release.toml", f"{IDENTITY} of {ISSUER}")
    assert "\n" not in signer.line
    for one in (signer, again):
        assert one.fault(bundle_claim(LAB.bundle_of(IMAGE))) == ""


def test_the_line_is_all_that_counts(tmp_path: Path) -> None:
    first = read_signer(LAB.write(tmp_path))
    (tmp_path / "release_root.json").write_text(json.dumps(LAB.trusted_root()))
    assert read_signer(str(tmp_path / "release.toml")).line == first.line
    (tmp_path / "release_root.json").write_text(json.dumps(PrivateSigstore().trusted_root()))
    assert read_signer(str(tmp_path / "release.toml")) != first


def test_what_a_file_may_hold_a_line_may_hold(tmp_path: Path) -> None:
    path, root = LAB.write(tmp_path), LAB.trusted_root()
    (authority,) = root["certificateAuthorities"]
    authority["subject"]["organization"] = "\u017d" * 100_000
    (tmp_path / "release_root.json").write_text(json.dumps(root, ensure_ascii=False))
    signer = read_signer(path)
    assert read_signer(signer.line) == signer


def test_identities_keep_their_characters(tmp_path: Path) -> None:
    identity = 'Žofie "x"\n\u2028@plant.example'
    signer = read_signer(LAB.write(tmp_path, identity=identity))
    assert signer.line.count("\n") == 0
    again = read_signer(signer.line)
    assert isinstance(again, Keyless)
    assert again.identity == identity


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("identity = ", "not TOML"),
        ("\0", "not TOML"),
        ("identity = 'x'\nissuer = 'y'", "must have identity, issuer, trusted-root"),
        ("identity = 'x'\nissuer = 'y'\ntrusted-root = 'r'\nregexp = 'z'", "and nothing else"),
        ("identity = ''\nissuer = 'y'\ntrusted-root = 'r'", "must be a text"),
        ("identity = 'x'\nissuer = ['y']\ntrusted-root = 'r'", "must be a text"),
        ("#" * 70_000, "larger than"),
    ],
)
def test_what_is_no_policy(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "release.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=reason) as caught:
        read_signer(str(path))
    assert "require-signatures" in caught.value.hint


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile):
        read_signer(str(tmp_path / "release.toml"))
    path = LAB.write(tmp_path)
    (tmp_path / "release_root.json").unlink()
    with pytest.raises(NoSuchFile, match="release_root"):
        read_signer(path)
    for name in ("~nobody-here/root.json", "a\\u0000b"):
        text = f'identity = "x"\nissuer = "y"\ntrusted-root = "{name}"\n'
        Path(path).write_text(text)
        with pytest.raises(NoSuchFile):
            read_signer(path)
    for key in ("~nobody-here/cosign.pub", "~nobody-here/release.toml"):
        with pytest.raises(NoSuchFile):
            read_signer(key)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"tlogs": []}, "tlogs"),
        ({"ctlogs": None}, "ctlogs"),
        ({"certificateAuthorities": []}, "certificateAuthorities"),
        ({"mediaType": "application/json"}, "no trusted root of sigstore"),
        ({"certificateAuthorities": [{}]}, "no trusted root of sigstore"),
        ({"more": 1}, "no trusted root of sigstore"),
    ],
)
def test_what_is_no_trusted_root(change: dict[str, Any], reason: str, tmp_path: Path) -> None:
    path = LAB.write(tmp_path)
    root = {**LAB.trusted_root(), **change}
    (tmp_path / "release_root.json").write_text(json.dumps(root))
    with pytest.raises(UsageError, match=reason):
        read_signer(path)


@pytest.mark.parametrize("part", ["certificateAuthorities", "ctlogs", "tlogs"])
@pytest.mark.parametrize("start", ["2024-01-01t00:00:00z", "2024-01-01T00:00:00", "?"])
def test_a_period_that_cannot_be_compared(part: str, start: str, tmp_path: Path) -> None:
    path, root = LAB.write(tmp_path), LAB.trusted_root()
    (entry,) = root[part]
    entry.get("publicKey", entry)["validFor"] = {"start": start}
    (tmp_path / "release_root.json").write_text(json.dumps(root))
    with pytest.raises(UsageError, match="no trusted root of sigstore"):
        read_signer(path)


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b" " * 300_000])
def test_what_is_no_document(data: bytes, tmp_path: Path) -> None:
    path = LAB.write(tmp_path)
    (tmp_path / "release_root.json").write_bytes(data)
    with pytest.raises(UsageError, match="release_root"):
        read_signer(path)


@pytest.mark.parametrize(
    "line", ["keyless:", "keyless:{}", 'keyless:{"identity":"x"}', "keyless:?"]
)
def test_what_is_no_line(line: str) -> None:
    with pytest.raises(UsageError, match="a kept keyless policy"):
        read_signer(line)
