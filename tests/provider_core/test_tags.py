"""Versions and references on public tag names of well-known images."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_core.references import Name, parse_reference
from provider_core.versions import Version, VersionRange, floating, newest

TAGS = {
    path.stem: path.read_text(encoding="ascii").split("\n")[1:-1]
    for path in sorted((Path(__file__).parents[1] / "fixtures" / "tags").glob("*.txt"))
}
EVERY = [(image, tag) for image, tags in TAGS.items() for tag in tags]


def _versions(image: str) -> list[Version]:
    return [Version.parse(tag) for tag in TAGS[image]]


def test_there_are_enough_of_them() -> None:
    assert len(TAGS) >= 15
    assert len(EVERY) >= 500
    assert all(len(set(tags)) == len(tags) for tags in TAGS.values())


def test_every_tag_is_a_version_an_exact_range_and_a_reference() -> None:
    for image, tag in EVERY:
        version = Version.parse(tag)
        assert version.text == tag
        assert VersionRange.exactly(tag).contains(version)
        assert parse_reference(f"{image}:{tag}") == Name(name=image, tag=tag)
        asked = parse_reference(f"{image}=={tag}")
        assert isinstance(asked, Name)
        assert asked.versions.contains(version)


def test_what_is_left_of_a_tag_without_its_variant_is_the_same_release() -> None:
    for _, tag in EVERY:
        version = Version.parse(tag)
        if version.variant:
            plain = Version.parse(tag.removesuffix(f"-{version.variant}"))
            assert (plain.key, plain.variant) == (version.key, "")


@pytest.mark.parametrize(
    ("image", "variant", "ascending"),
    [
        ("python", "", "2 2.7 2.7.18 3 3.6.15 3.8.20 3.9.21 3.10.16 3.11 3.11.11 3.12 3.12.4 "
         "3.12.7 3.12.8 3.13.0a6 3.13.0b1 3.13.0b4 3.13-rc 3.13.0rc1 3.13.0rc2 3.13.0rc3 3.13 "
         "3.13.0 3.13.1 3.14.0a1 3.14.0a2 3.14-rc"),
        ("python", "slim-bookworm", "3.12-slim-bookworm 3.12.8-slim-bookworm "
         "3.13.0rc1-slim-bookworm"),
        ("redis", "alpine", "4.0.14-alpine 6-alpine 7-alpine 7.2.6-alpine 7.4-rc2-alpine "
         "7.4-alpine 8.0-M02-alpine"),
        ("rabbitmq", "management", "3-management 3.13-rc-management 3.13.0-rc.4-management "
         "3.13-management 3.13.7-management 4-management 4.0-management 4.0.9-management "
         "4.1-management 4.1.0-management"),
        ("dotnet", "", "3.1 3.1.32 4.8.1 6.0 6.0.36 8.0-preview 8.0 8.0.0 8.0.10 8.0.11 8.0.404 "
         "9.0-preview 9.0.0-preview.1 9.0.0-rc.1 9.0 9.0.0 9.0.100-rc.2"),
        ("servercore", "amd64", "10.0.14393.6614-amd64 10.0.17763.5458-amd64 "
         "10.0.20348.2322-amd64 1809-amd64"),
        ("eclipse-temurin", "jdk", "8-jdk 11-jdk 11.0.9_11-jdk 11.0.9.1_1-jdk 11.0.22_7-jdk "
         "11.0.23_9-jdk 17-jdk 17_35-jdk 17.0.10_7-jdk 17.0.11_9-jdk 21-jdk 21_35-jdk "
         "21.0.2_13-jdk 21.0.4_7-jdk 22.0.2_9-jdk 23-jdk"),
        ("mysql", "", "5 5.5.62 5.6.51 5.7 5.7.8-rc 5.7.9 5.7.10 5.7.44 8 8.0 8.0.3-rc 8.0.4-rc "
         "8.0.9 8.0.11 8.0.40 8.4 8.4.3 9 9.0.1 9.1 9.1.0"),
    ],
)  # fmt: skip
def test_the_order_within_a_variant(image: str, variant: str, ascending: str) -> None:
    expected = ascending.split()
    known = [v for v in _versions(image) if v.variant == variant and not v.is_label]
    assert {version.text for version in known} == set(expected)
    keys = [Version.parse(text).key for text in expected]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("image", "labels"),
    [
        ("nginx", "latest mainline stable alpine perl otel mainline-alpine stable-alpine "
         "alpine-slim stable-perl mainline-perl bookworm stable-alpine-perl stable-bookworm"),
        ("servercore", "latest ltsc2016 ltsc2019 ltsc2022 ltsc2025 ltsc2022-amd64 "
         "ltsc2019-KB5034768 ltsc2022-KB5034770-amd64 20H2"),
        ("rabbitmq", "latest management alpine management-alpine"),
        ("cuda", "latest base devel runtime"),
    ],
)  # fmt: skip
def test_labels(image: str, labels: str) -> None:
    assert {v.text for v in _versions(image) if v.is_label} == set(labels.split())


@pytest.mark.parametrize(
    ("image", "variants"),
    [
        ("debian", {"", "slim"}),
        ("busybox", {"", "uclibc", "glibc", "musl"}),
        ("rabbitmq", {"", "management", "alpine", "management-alpine"}),
        ("elasticsearch", {"", "alpine", "amd64", "arm64"}),
    ],
)
def test_variants(image: str, variants: set[str]) -> None:
    assert {version.variant for version in _versions(image)} == variants


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("debian", {"11", "11-slim", "12", "12-slim", "13", "13-slim"}),
        ("busybox", {"1", "1-glibc", "1-musl", "1-uclibc", "1.32", "1.32-glibc", "1.32-musl",
                     "1.32-uclibc", "1.36", "1.37"}),
        ("servercore", set()),
        ("cuda", set()),
        ("eclipse-temurin", {"11-jdk", "11-jdk-alpine", "11-jre", "17-jdk", "21-jdk", "21-jre"}),
    ],
)  # fmt: skip
def test_what_floats_besides_labels(image: str, expected: set[str]) -> None:
    known = _versions(image)
    labels = {version.text for version in known if version.is_label}
    assert floating(known) == labels | expected


@pytest.mark.parametrize(
    ("image", "release", "any_version"),
    [
        ("python", "3.13.1", "3.14-rc"),
        ("debian", "13.3", "13.3"),
        ("postgres", "17.2", "17.2"),
        ("traefik", "v3.2.3", "v3.3.0-rc2"),
        ("mysql", "9.1.0", "9.1.0"),
        ("golang", "1.25.3", "1.25.3"),
    ],
)
def test_the_newest(image: str, release: str, any_version: str) -> None:
    for prereleases, expected in ((False, release), (True, any_version)):
        chosen = newest(_versions(image), prereleases=prereleases)
        assert chosen is not None
        assert chosen.text == expected
