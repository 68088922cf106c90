"""Digests: what is read, what is refused, and that computing agrees with hashlib."""

from __future__ import annotations

import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.digests import Digest, Hasher
from provider_core.errors import DocumentError, SizeMismatch

HEX = "0123456789abcdef" * 4


@pytest.mark.parametrize("text", [f"sha256:{HEX}", f"sha512:{HEX}{HEX}"])
def test_text_and_value_are_inverse(text: str) -> None:
    digest = Digest.parse(text)
    assert str(digest) == text
    assert Digest.parse(str(digest)) == digest
    assert digest.short == "0123456789ab"


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "sha256:",
        HEX,
        f"sha256:{HEX}\n",
        f" sha256:{HEX}",
        f"sha256:{HEX[:-1]}",
        f"sha256:{HEX}0",
        f"sha256:{HEX.upper()}",
        f"sha256:{HEX[:-1]}g",
        f"sha256:{HEX[:-1]}٣",
        f"sha512:{HEX}",
        f"sha1:{HEX[:40]}",
        f"SHA256:{HEX}",
        f"sha256:{HEX}:{HEX}",
        "sha256:../../../../../../../../../../../../../../../../../../../../../etc",
        f"sha256+b64:{HEX}",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(DocumentError) as caught:
        Digest.parse(text)
    assert caught.value.fields["what"] == "digest"


def test_a_digest_cannot_be_made_of_a_path() -> None:
    with pytest.raises(DocumentError):
        Digest(algorithm="sha256", hex="/" * 64)
    with pytest.raises(DocumentError):
        Digest(algorithm="..", hex=HEX)


@given(st.text())
def test_any_text_is_a_digest_or_a_document_error(text: str) -> None:
    try:
        digest = Digest.parse(text)
    except DocumentError:
        return
    assert str(digest) == text


def test_digests_are_ordered_and_hashable() -> None:
    one, two = Digest.of(b"one"), Digest.of(b"two")
    assert sorted({one, two, Digest.of(b"one")}) == sorted([one, two], key=str)


class ReadOnly:
    """A stream without readinto, as decompressors give."""

    def __init__(self, data: bytes) -> None:
        self._stream = io.BytesIO(data)

    def read(self, size: int = -1, /) -> bytes:
        return self._stream.read(size)


@given(st.binary(max_size=300), st.integers(1, 64))
def test_a_stream_has_the_digest_of_its_bytes(data: bytes, chunk: int) -> None:
    expected = (Digest.of(data), len(data))
    assert Digest.of_stream(io.BytesIO(data), chunk=chunk) == expected
    assert Digest.of_stream(ReadOnly(data), chunk=chunk) == expected
    assert Digest.of_stream(io.BytesIO(data), len(data), chunk=chunk) == expected
    assert expected[0].hex == hashlib.sha256(data).hexdigest()


def test_a_stream_above_its_limit_is_refused_before_its_end() -> None:
    stream = io.BytesIO(bytes(1000))
    with pytest.raises(SizeMismatch) as caught:
        Digest.of_stream(stream, 99, chunk=10)
    assert caught.value.fields == {"expected": 99, "actual": 100, "what": "content"}
    assert stream.tell() == 100


@given(st.lists(st.binary(max_size=50)))
def test_a_hasher_sees_pieces_as_the_whole(pieces: list[bytes]) -> None:
    hasher = Hasher()
    for piece in pieces:
        hasher.update(memoryview(piece))
    whole = b"".join(pieces)
    assert (hasher.digest(), hasher.size) == (Digest.of(whole), len(whole))


def test_a_hasher_of_another_algorithm() -> None:
    hasher = Hasher("sha512")
    hasher.update(b"abc")
    assert str(hasher.digest()) == f"sha512:{hashlib.sha512(b'abc').hexdigest()}"
    with pytest.raises(DocumentError):
        Hasher("md5")
