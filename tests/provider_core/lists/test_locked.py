"""Lock files: the same images give the same bytes, and what was written is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.digests import Digest
from provider_core.errors import Error, UsageError
from provider_core.lists import Lock, Pinned, format_lock, parse_lock, read_lock
from provider_core.platforms import Platform, PlatformSet
from provider_core.references import parse_reference

DIGEST = Digest.of(b"image")
ONE = Pinned(
    request="nginx[alpine]>=1.27",
    name="nginx",
    version="1.27.3-alpine",
    digest=DIGEST,
    source="hub",
    location="https://registry-1.docker.io",
    platforms=PlatformSet.of(Platform.parse("linux/amd64")),
)

texts = st.text(st.characters(codec="utf-8"), max_size=20)
pins = st.builds(
    Pinned,
    request=texts,
    name=texts.filter(bool),
    version=texts,
    digest=st.binary(max_size=4).map(Digest.of),
    source=texts,
    location=texts,
    platforms=st.sampled_from([None, PlatformSet.all(), ONE.platforms]),
)


@given(st.lists(pins, min_size=1, max_size=4))
def test_what_is_written_is_read(images: list[Pinned]) -> None:
    text = format_lock(images)
    assert parse_lock(text, what="lock") == Lock(images=tuple(images))
    assert format_lock(parse_lock(text, what="lock").images) == text


def test_it_reads_like_this() -> None:
    assert format_lock([ONE]).splitlines()[1:] == [
        "format = 1",
        "",
        "[[image]]",
        'request = "nginx[alpine]>=1.27"',
        'name = "nginx"',
        'version = "1.27.3-alpine"',
        f'digest = "{DIGEST}"',
        'source = "hub"',
        'location = "https://registry-1.docker.io"',
        'platforms = ["linux/amd64"]',
    ]


def test_the_exact_request_means_this_content() -> None:
    assert ONE.exact == f"nginx:1.27.3-alpine@{DIGEST}"
    assert parse_reference(ONE.exact).digest == DIGEST  # type: ignore[union-attr]
    assert Lock(images=(ONE, ONE)).digests == {DIGEST}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "format = 2\n[[image]]\nname='x'",
        "format = 1",
        "format = 1\nimage = 5",
        "format = 1\n[[image]]\nname = 'x'",
        "format = 1\n[[image]]\nname = 'x'\ndigest = 'md5:0'",
        f"format = 1\n[[image]]\ndigest = '{DIGEST}'",
        f"format = 1\n[[image]]\nname = 'x'\ndigest = '{DIGEST}'\nforce = 'x'",
        f"format = 1\n[[image]]\nname = 5\ndigest = '{DIGEST}'",
        f"format = 1\n[[image]]\nname = 'x'\ndigest = '{DIGEST}'\nplatforms = 5",
        "format = ",
    ],
)
def test_what_is_no_lock_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "images.lock").write_text(text)
    with pytest.raises(UsageError) as caught:
        read_lock(tmp_path / "images.lock")
    assert "ferry lock" in caught.value.hint


@given(st.text(max_size=100))
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(Error):
        parse_lock(f"x = 1\n{text}", what="lock")
