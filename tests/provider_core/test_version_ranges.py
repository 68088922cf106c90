"""Version ranges: what is in them, their laws, their texts and their bounds in a database."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version as Pep440

from provider_core.errors import BadRange
from provider_core.versions import ANY, Version, VersionRange

FINALS = ["0", "1", "1.0", "1.0.1", "1.1", "1.2", "1.10", "2", "2.0.0", "3"]
ORDERED = [*FINALS, "1.0.dev0", "1.0a1", "1.0rc1", "2.dev0", "2.0rc1", "2.0rc1.dev1", "3.0b2"]
VERSIONS = [*ORDERED, "1.0-slim", "2-slim", "2.0-alpine", "2.0rc1-slim", "latest", "ltsc2022"]
OPERATORS = ["==", ">=", "<=", ">", "<"]

versions = st.sampled_from(VERSIONS).map(Version.parse)
clauses = st.one_of(
    st.builds("{}{}".format, st.sampled_from(OPERATORS), st.sampled_from(ORDERED)),
    st.sampled_from(VERSIONS).map("=={}".format),
    st.sampled_from(["==1.*", "==1.2.*", "==2.0.*"]),
)


@st.composite
def ranges(draw: st.DrawFn) -> VersionRange:
    """Draw a range that something can be in, of up to two conditions."""
    text = ",".join(draw(st.lists(clauses, max_size=2)))
    try:
        return VersionRange.parse(text)
    except BadRange:
        return VersionRange.parse(text.split(",")[0])


def _both(one: VersionRange, two: VersionRange) -> VersionRange | None:
    try:
        return one.intersect(two)
    except BadRange:
        return None


@given(ranges(), ranges(), versions)
def test_an_intersection_holds_what_both_hold(
    one: VersionRange, two: VersionRange, version: Version
) -> None:
    both = _both(one, two)
    in_both = both is not None and both.contains(version, prereleases=True)
    assert in_both is (
        one.contains(version, prereleases=True) and two.contains(version, prereleases=True)
    )


@given(ranges(), ranges())
def test_intersection_is_commutative(one: VersionRange, two: VersionRange) -> None:
    assert _both(one, two) == _both(two, one)


@given(ranges(), ranges(), ranges())
def test_intersection_is_associative(
    one: VersionRange, two: VersionRange, three: VersionRange
) -> None:
    left, right = _both(one, two), _both(two, three)
    assert (left and _both(left, three)) == (right and _both(one, right))


@given(ranges())
def test_intersection_has_a_neutral_and_is_idempotent(one: VersionRange) -> None:
    assert one.intersect(ANY) == one
    assert one.intersect(one) == one


@given(ranges())
def test_the_text_is_read_as_the_same_range(one: VersionRange) -> None:
    assert VersionRange.parse(str(one)) == one


@given(ranges(), versions, st.booleans())
def test_what_is_in_lies_between_the_bounds(
    one: VersionRange, version: Version, prereleases: bool
) -> None:
    assume(one.contains(version, prereleases=prereleases))
    low, includes_low, high, includes_high = one.bounds()
    assert low is None or low < version.key or (includes_low and low == version.key)
    assert high is None or version.key < high or (includes_high and version.key == high)


@given(
    st.lists(
        st.builds("{}{}".format, st.sampled_from(OPERATORS), st.sampled_from(FINALS)), max_size=2
    ),
    st.sampled_from(ORDERED),
)
def test_releases_and_prereleases_are_in_as_packaging_says(texts: list[str], text: str) -> None:
    specifiers = SpecifierSet(",".join(texts))
    try:
        mine = VersionRange.parse(",".join(texts))
    except BadRange:
        assert not specifiers.contains(Pep440(text), prereleases=True)
        return
    for prereleases in (False, True):
        expected = specifiers.contains(Pep440(text), prereleases=prereleases)
        assert mine.contains(Version.parse(text), prereleases=prereleases) is expected


@given(st.sampled_from(FINALS), st.sampled_from(FINALS), st.sampled_from(FINALS))
def test_minimum_and_maximum_both_hold(low: str, high: str, text: str) -> None:
    assume(Pep440(low) <= Pep440(high))
    inside = VersionRange.between(low, high).contains(Version.parse(text))
    assert inside is (Pep440(low) <= Pep440(text) <= Pep440(high))


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("", ["1", "2-slim", "latest"], ["2.0rc1"]),
        (">=1.27,<2", ["1.27", "1.27.3", "1.99-slim"], ["1.26", "2", "2.0rc1", "latest"]),
        (">1.27", ["1.27.1", "2"], ["1.27", "1.27.0"]),
        ("<=2", ["2.0.0", "0"], ["2.0.1", "latest", "1.5rc1"]),
        ("==1.2.*", ["1.2", "1.2.0", "1.2.9-slim"], ["1.20", "1.3", "1.2rc1", "latest"]),
        ("==1.2", ["1.2", "1.2.0", "1.2-slim", "v1.2"], ["1.2.1", "1.2rc1"]),
        ("==1.2-slim", ["1.2-slim", "1.2.0-slim"], ["1.2", "1.2-alpine"]),
        ("==latest", ["latest"], ["Latest", "stable", "1"]),
        ("==2.0rc1", ["2.0rc1", "2.0-rc.1"], ["2.0"]),
        (">=2.0rc1", ["2.0rc1", "2.0rc2", "3.0b1", "2"], ["2.0b1", "1"]),
        (">=2.0.dev0", ["2", "2.1"], ["2.0rc1"]),
    ],
)
def test_what_is_in(text: str, inside: list[str], outside: list[str]) -> None:
    one = VersionRange.parse(text)
    assert [t for t in inside if not one.contains(Version.parse(t))] == []
    assert [t for t in outside if one.contains(Version.parse(t))] == []


def test_prereleases_of_a_release_range_are_in_when_asked_for() -> None:
    one = VersionRange.parse("==3.13.*")
    assert one.contains(Version.parse("3.13.0rc1"), prereleases=True)
    assert not one.contains(Version.parse("3.14.0a1"), prereleases=True)


@pytest.mark.parametrize(
    "text",
    [
        "1.2",
        "!=1",
        "~=1.2",
        "=1",
        "===1",
        "==",
        ">=",
        ">=1,",
        ",",
        ">=latest",
        "<1.2-slim",
        ">=2,<1",
        ">1,<1",
        ">1,<=1",
        ">=2.0rc1,<2",
        "==1,==2",
        "==1.2-slim,==1.2-alpine",
        "==latest,>=1",
        "==1,>1",
        "==1.2-slim.*",
        "==*",
        "==.*",
        "==a\tb",
        "==[x]",
        f"=={'1' * 129}",
        f">={'1' * 129}",
        f"=={'1' * 125}.*",
        ">=1," * 200 + ">=1",
        ">=1," * 16 + ">=1",
    ],
)
def test_ranges_that_cannot_be_read_or_hold_nothing(text: str) -> None:
    with pytest.raises(BadRange):
        VersionRange.parse(text)


@given(st.text(alphabet="=<>!~,.* 0123rcdev-", max_size=30))
def test_any_text_is_a_range_or_bad(text: str) -> None:
    try:
        one = VersionRange.parse(text)
    except BadRange:
        return
    assert VersionRange.parse(str(one)) == one


def test_spaces_do_not_count() -> None:
    assert str(VersionRange.parse(" >= 1.27 , < 2 ")) == ">=1.27,<2"


def test_any() -> None:
    assert VersionRange.any() == VersionRange.parse("") == VersionRange.between() == ANY
    assert ANY.is_any
    assert (str(ANY), ANY.exact, ANY.bounds()) == ("", "", (None, True, None, True))


def test_exactly() -> None:
    one = VersionRange.exactly("3.12-slim")
    assert (one.exact, str(one), one.is_any) == ("3.12-slim", "==3.12-slim", False)
    key = Version.parse("3.12").key
    assert one.bounds() == (key, True, key, True)
    assert VersionRange.exactly("1.2.*") == VersionRange.parse("==1.2.*")


def test_between_takes_versions_and_refuses_labels_and_variants() -> None:
    one = VersionRange.between(Version.parse("1"), Version.parse("2"))
    assert str(one) == ">=1,<=2"
    assert not one.is_any
    assert one.exact == ""
    for minimum, maximum in [("latest", None), (None, "1.2-slim"), ("2", "1"), ("", None)]:
        with pytest.raises(BadRange):
            VersionRange.between(minimum, maximum)


def test_a_maximum_alone_bounds_labels_away() -> None:
    low, _, high, included = VersionRange.parse("<2").bounds()
    assert low is not None
    assert high is not None
    assert Version.parse("zzz").key < low <= Version.parse("0.dev0").key
    assert Version.parse("1.9").key < high <= Version.parse("2.0.dev0").key
    assert not included
