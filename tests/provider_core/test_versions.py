"""Versions: how texts are read, their order and keys, and choosing among them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version as Pep440

from provider_core.errors import DocumentError
from provider_core.versions import MOST_CHARACTERS, Version, floating, newest

NUMBERS = st.one_of(st.integers(0, 3), st.sampled_from([9, 10, 255, 256, 65535, 65536, 20240101]))


@st.composite
def pep440_texts(draw: st.DrawFn) -> str:
    """Draw canonical versions that lie close to each other, so that every rule decides some."""
    release = ".".join(str(draw(NUMBERS)) for _ in range(draw(st.integers(1, 3))))
    epoch = draw(st.sampled_from(["", "", "", "1!"]))
    phase = draw(st.sampled_from(["", "", "a", "b", "rc"]))
    pre = f"{phase}{draw(NUMBERS)}" if phase else ""
    post = draw(st.sampled_from(["", "", ".post0", ".post1", ".post255", ".post65280"]))
    dev = draw(st.sampled_from(["", "", ".dev0", ".dev1", ".dev255"]))
    local = draw(st.sampled_from(["", "", "+1", "+10", "+9", "+a", "+a.1", "+ab", "+1.a"]))
    return f"{epoch}{release}{pre}{post}{dev}{local}"


def _texts(*texts: str) -> list[Version]:
    return [Version.parse(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "release", "phase", "variant"),
    [
        ("10.0.10586.0", (10, 0, 10586, 0), "", ""),
        ("3.12.4", (3, 12, 4), "", ""),
        ("v1.2.3", (1, 2, 3), "", ""),
        ("20240101", (20240101,), "", ""),
        ("2.0.0-rc.1", (2, 0, 0), "rc", ""),
        ("3.13.0rc1-slim", (3, 13, 0), "rc", "slim"),
        ("1.0-beta.2", (1, 0), "b", ""),
        ("12-beta3-alpine", (12,), "b", "alpine"),
        ("3.13-rc-management", (3, 13), "rc", "management"),
        ("9.0.0-preview.7-bookworm-slim", (9, 0, 0), "b", "bookworm-slim"),
        ("9.0.100-preview.1.24101.2", (9, 0, 100), "b", ""),
        ("8.0-M02-alpine", (8, 0), "a", "alpine"),
        ("9.0.0-SNAPSHOT", (9, 0, 0), "dev", ""),
        ("1.0.dev3", (1, 0), "dev", ""),
        ("3.12-slim-bookworm", (3, 12), "", "slim-bookworm"),
        ("1.27-alpine3.20", (1, 27), "", "alpine3.20"),
        ("12.3.2-devel-ubuntu22.04", (12, 3, 2), "", "devel-ubuntu22.04"),
        ("12.3.2-base-ubuntu22.04", (12, 3, 2), "", "base-ubuntu22.04"),
        ("8.0.40-debian", (8, 0, 40), "", "debian"),
        ("1.0-1", (1, 0), "", "1"),
        ("10.0.17763.5458-amd64", (10, 0, 17763, 5458), "", "amd64"),
        ("21.0.2_13-jre", (21, 0, 2), "", "jre"),
        ("1.0.post1-slim", (1, 0), "", "slim"),
    ],
)
def test_how_versions_are_read(
    text: str, release: tuple[int, ...], phase: str, variant: str
) -> None:
    version = Version.parse(text)
    assert (version.release, version.phase, version.variant) == (release, phase, variant)
    assert version.is_prerelease is bool(phase)
    assert not version.is_label
    assert str(version) == version.text == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "latest",
        "ltsc2022",
        "bookworm",
        "8u402-jdk",
        "20H2",
        "1.0-",
        "1..0",
        "1.0\n",
        "-1",
        "\u0661.\u0662",
    ],
)
def test_all_else_is_a_label(text: str) -> None:
    version = Version.parse(text)
    assert version.is_label
    assert not version.is_prerelease
    assert (version.release, version.variant, version.text) == ((), "", text)


@pytest.mark.parametrize(
    "ascending",
    [
        ["10.0.9", "10.0.14", "10.0.14393.206", "10.0.14393.6614"],
        ["2.0.0-alpha", "2.0.0-beta.2", "2.0.0-beta.11", "2.0.0-rc.1", "2.0.0", "2.0.1-dev"],
        ["9.0.0-preview.7", "9.0.0-rc.1", "9.0.0-rc.1.23463.5", "9.0.0-rc.2", "9.0.0"],
        ["8.0-SNAPSHOT", "8.0-M01", "8.0-M02", "8.0-rc1", "8.0"],
        ["21.0.2", "21.0.2_9", "21.0.2_13", "21.0.3_1"],
        ["zebra", "0.0.0.dev0", "0", "0.1"],
        ["1.27-alpine", "1.27-slim", "1.27.1-alpine"],
    ],
)
def test_order(ascending: list[str]) -> None:
    assert [version.text for version in sorted(_texts(*reversed(ascending)))] == ascending


def test_zeros_at_the_end_do_not_count() -> None:
    one, four = _texts("1.0", "1.0.0.0")
    assert one == four
    assert one.key == four.key
    assert len({one, four}) == 1
    assert (one.text, four.text) == ("1.0", "1.0.0.0")


def test_variants_share_a_key_and_differ() -> None:
    plain, slim = _texts("3.12", "3.12-slim")
    assert plain.key == slim.key
    assert plain != slim


def test_labels_are_equal_by_text_only() -> None:
    assert Version.parse("latest") == Version.parse("latest")
    assert Version.parse("latest") != Version.parse("Latest")


@given(pep440_texts(), pep440_texts())
def test_keys_compare_like_packaging(one: str, two: str) -> None:
    first, second = Version.parse(one), Version.parse(two)
    assert (first.key < second.key) is (Pep440(one) < Pep440(two))
    assert (first.key == second.key) is (Pep440(one) == Pep440(two))
    assert (first < second) is (first.key < second.key)


@given(pep440_texts())
def test_canonical_versions_mean_what_packaging_says(text: str) -> None:
    version, parsed = Version.parse(text), Pep440(text)
    assert version.release == parsed.release
    assert version.is_prerelease is parsed.is_prerelease
    assert version.variant == ""


@given(st.text(max_size=MOST_CHARACTERS), pep440_texts())
def test_every_text_is_read_and_labels_sort_below(text: str, ordered: str) -> None:
    version = Version.parse(text)
    assert version.text == text
    if version.is_label:
        assert version < Version.parse(ordered)


@given(st.text(alphabet="0123.-_+v!abcrdevpost", max_size=40))
def test_texts_like_versions_are_read(text: str) -> None:
    assert Version.parse(text).text == text


def test_lone_surrogates_are_read() -> None:
    assert Version.parse("\udc80") < Version.parse("\udc81")


def test_long_texts() -> None:
    assert Version.parse("9" * MOST_CHARACTERS).release == (10**MOST_CHARACTERS - 1,)
    with pytest.raises(DocumentError) as caught:
        Version.parse("1" * (MOST_CHARACTERS + 1))
    assert caught.value.fields["what"] == "version"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1.27", "1.27.3"], {"1.27"}),
        (["1", "1.27", "1.27.3"], {"1", "1.27"}),
        (["1.27", "1.28.3"], set()),
        (["1.2", "1.27"], set()),
        (["1.27", "1.27.3-alpine"], set()),
        (["1.27-alpine", "1.27.3-alpine", "1.27.3"], {"1.27-alpine"}),
        (["3.13-rc", "3.13.0-rc.1"], {"3.13-rc"}),
        (["3.13", "3.13.0-rc.1"], set()),
        (["17-jdk", "17_35-jdk", "17.0.11_9-jdk"], {"17-jdk"}),
        (["latest", "stable-alpine", "1.0"], {"latest", "stable-alpine"}),
        (["v3", "3", "v3.2"], {"v3", "3"}),
        ([], set()),
    ],
)
def test_what_floats(texts: list[str], expected: set[str]) -> None:
    assert floating(_texts(*texts)) == expected


@given(st.lists(pep440_texts(), max_size=8))
def test_the_longest_releases_do_not_float(texts: list[str]) -> None:
    versions = _texts(*texts)
    longest = max((len(version.release) for version in versions), default=0)
    fixed = {version.text for version in versions if len(version.release) == longest}
    assert not floating(versions) & fixed
    assert floating(reversed(versions)) == floating(versions)


@pytest.mark.parametrize(
    ("texts", "prereleases", "expected"),
    [
        ([], False, None),
        (["latest"], True, None),
        (["10.0.9", "10.0.14", "latest"], False, "10.0.14"),
        (["1.0", "2.0rc1"], False, "1.0"),
        (["1.0", "2.0rc1"], True, "2.0rc1"),
        (["2.0rc1"], False, None),
        (["1.27-slim", "1.27", "1.27.0-alpine"], False, "1.27"),
        (["1.27", "1.27.0"], False, "1.27.0"),
    ],
)
def test_the_newest(texts: list[str], prereleases: bool, expected: str | None) -> None:
    chosen = newest(_texts(*texts), prereleases=prereleases)
    assert (chosen.text if chosen else None) == expected
