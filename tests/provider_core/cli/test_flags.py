from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.cli.flags import option_values, wishes_from
from provider_core.digests import Digest
from provider_core.errors import BadRange, UsageError
from provider_core.operations import Wishes
from provider_core.platforms import Platform, PlatformSet
from provider_core.versions import Version, VersionRange

DIGITS = "ab" * 32


def test_nothing_said_wishes_for_nothing() -> None:
    assert wishes_from({}) == Wishes()


def test_every_flag_is_heard() -> None:
    wishes = wishes_from(
        {
            "minimum": "1.2",
            "maximum": "2",
            "variant": "",
            "prereleases": True,
            "all_versions": True,
            "source": "hub",
            "remote": True,
            "strict": True,
            "platform": ("linux/amd64", "linux/arm64"),
            "force": True,
            "allow_untrusted": True,
            "sha256": DIGITS,
            "keep_going": True,
            "option": ("drive=7",),
        },
        options={"name": "x"},
    )
    assert wishes == Wishes(
        versions=VersionRange.between(minimum="1.2", maximum="2"),
        variant="",
        prereleases=True,
        all_versions=True,
        source="hub",
        remote=True,
        strict=True,
        platforms=PlatformSet.of(Platform.parse("linux/amd64"), Platform.parse("linux/arm64")),
        force=True,
        allow_untrusted=True,
        sha256=Digest.parse(f"sha256:{DIGITS}"),
        keep_going=True,
        options={"drive": "7", "name": "x"},
    )


def test_minimum_maximum_and_version_all_hold() -> None:
    wishes = wishes_from({"version": "1.5", "minimum": "1", "maximum": "2"})
    assert wishes.versions.contains(Version.parse("1.5"))
    assert not wishes.versions.contains(Version.parse("1.6"))
    with pytest.raises(BadRange):
        wishes_from({"version": "3", "minimum": "1", "maximum": "2"})


def test_all_platforms() -> None:
    platforms = wishes_from({"all_platforms": True}).platforms
    assert platforms is not None
    assert platforms.is_all


@pytest.mark.parametrize(
    "told",
    [
        {"platform": ("linux",)},
        {"platform": ("linux/amd64",), "all_platforms": True},
        {"sha256": "12"},
        {"minimum": "latest"},
        {"option": ("=1",)},
    ],
)
def test_what_cannot_be_read_is_a_usage_error(told: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        wishes_from(told)


def test_options_repeat_and_stand_alone() -> None:
    assert option_values(["a=1", "b", "a=2", "c=x=y", "a="]) == {
        "a": ["1", "2", ""],
        "b": "true",
        "c": "x=y",
    }


@given(st.dictionaries(st.text(st.characters(exclude_characters="="), min_size=1), st.text()))
def test_options_come_back_as_they_went(values: dict[str, str]) -> None:
    kept = {name: value for name, value in values.items() if name.strip()}
    assert option_values([f"{name}={value}" for name, value in kept.items()]) == kept
