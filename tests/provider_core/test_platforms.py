"""Platforms: spellings, the normal form, and which image runs where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import DocumentError, UsageError
from provider_core.platforms import Platform, PlatformSet, best, host_platform

TOKENS = st.from_regex(r"[A-Za-z0-9_.-]{1,12}", fullmatch=True)
VARIANTS = st.one_of(st.just(""), TOKENS, st.from_regex(r"v?[0-9]{1,2}(\.[0-9])?", fullmatch=True))
PLATFORMS = st.builds(
    Platform,
    os=st.one_of(st.sampled_from(["linux", "windows", "Linux", "macOS", "unknown"]), TOKENS),
    architecture=st.one_of(
        st.sampled_from(["amd64", "x86_64", "arm64", "aarch64", "arm", "armhf", "386"]), TOKENS
    ),
    variant=VARIANTS,
    os_version=st.one_of(st.just(""), TOKENS),
)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("linux/amd64", "linux/amd64"),
        ("linux/x86_64", "linux/amd64"),
        ("Linux/X86-64", "linux/amd64"),
        ("linux/amd64/v1", "linux/amd64"),
        ("linux/amd64/v3", "linux/amd64/v3"),
        ("linux/aarch64", "linux/arm64"),
        ("linux/arm64/v8", "linux/arm64"),
        ("linux/arm64/8", "linux/arm64"),
        ("linux/arm64/v8.0", "linux/arm64"),
        ("linux/arm64/v9", "linux/arm64/v9"),
        ("linux/arm", "linux/arm/v7"),
        ("linux/armhf", "linux/arm/v7"),
        ("linux/armel", "linux/arm/v6"),
        ("linux/arm/5", "linux/arm/v5"),
        ("linux/i386", "linux/386"),
        ("linux/riscv64", "linux/riscv64"),
        ("linux/mips/softfloat", "linux/mips/softfloat"),
        ("windows/amd64:10.0.17763.1", "windows(10.0.17763.1)/amd64"),
        ("windows(10.0.17763)/amd64", "windows(10.0.17763)/amd64"),
        ("unknown/unknown", "unknown/unknown"),
    ],
)
def test_spellings_have_one_normal_form(text: str, canonical: str) -> None:
    assert str(Platform.parse(text)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "linux",
        "linux/",
        "/amd64",
        "linux/arm/",
        "linux/arm/v7/x",
        "linux/amd 64",
        "linux/amd64\n",
        "windows/amd64:",
        "windows()/amd64",
        "windows(10/amd64",
        "windows(10)x/amd64",
        "windows(10)/amd64:10",
        "linux/ärm",
        "x" * 300,
    ],
)
def test_everything_else_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        Platform.parse(text)
    assert "linux/amd64" in caught.value.hint


@given(st.text(alphabet="linux/amd64vV78.():_- \n", max_size=40))
def test_any_text_is_a_platform_or_a_usage_error(text: str) -> None:
    try:
        platform = Platform.parse(text)
    except UsageError:
        return
    assert Platform.parse(str(platform)) == platform


@given(PLATFORMS)
def test_the_text_is_read_as_the_normal_form(platform: Platform) -> None:
    assert Platform.parse(str(platform)) == platform.normalized
    assert platform.normalized.normalized == platform.normalized


@pytest.mark.parametrize("field", ["os", "architecture", "variant", "os_version"])
@pytest.mark.parametrize("value", ["a/b", "\x1b[31m", "a b", "x" * 65])
def test_fields_of_documents_are_checked(field: str, value: str) -> None:
    fields = {"os": "linux", "architecture": "amd64", field: value}
    with pytest.raises(DocumentError) as caught:
        Platform(**fields)
    assert caught.value.fields["path"] == field.replace("os_", "os.")


def test_os_and_architecture_are_needed() -> None:
    with pytest.raises(DocumentError):
        Platform(os="", architecture="amd64")
    with pytest.raises(DocumentError):
        Platform(os="linux", architecture="")


@pytest.mark.parametrize(
    ("image", "wanted", "runs"),
    [
        ("linux/amd64", "linux/amd64", True),
        ("linux/amd64", "linux/arm64", False),
        ("windows/amd64", "linux/amd64", False),
        ("linux/arm64", "linux/arm64/v8", True),
        ("linux/arm/v5", "linux/arm/v7", True),
        ("linux/arm/v6", "linux/arm/v7", True),
        ("linux/arm/v7", "linux/arm/v6", False),
        ("linux/arm/v6", "linux/arm", True),
        ("linux/amd64/v2", "linux/amd64", False),
        ("linux/amd64/v2", "linux/amd64/v3", True),
        ("linux/arm64", "linux/arm64/v9", True),
        ("linux/mips/softfloat", "linux/mips", False),
        ("linux/mips/softfloat", "linux/mips/softfloat", True),
        ("linux/arm/odd", "linux/arm/v7", False),
        ("windows(10.0.17763.1999)/amd64", "windows(10.0.17763)/amd64", True),
        ("windows(10.0.17763.1999)/amd64", "windows/amd64", True),
        ("windows(10.0.17763.1999)/amd64", "windows(10.0.17763.1)/amd64", False),
        ("windows(10.0.177631)/amd64", "windows(10.0.17763)/amd64", False),
        ("windows(10.0.20348.1)/amd64", "windows(10.0.17763)/amd64", False),
        ("windows/amd64", "windows(10.0.17763)/amd64", True),
        ("linux(5)/amd64", "linux(6)/amd64", True),
        ("unknown/unknown", "unknown/unknown", False),
    ],
)
def test_which_image_runs_where(image: str, wanted: str, runs: bool) -> None:
    assert Platform.parse(image).satisfies(Platform.parse(wanted)) is runs


@given(PLATFORMS)
def test_a_known_platform_satisfies_itself(platform: Platform) -> None:
    assert platform.satisfies(platform) is not platform.is_unknown


@pytest.mark.parametrize(
    ("system", "machine", "version", "expected"),
    [
        ("Linux", "x86_64", "#1 SMP", "linux/amd64"),
        ("Linux", "aarch64", "", "linux/arm64"),
        ("Linux", "armv7l", "", "linux/arm/v7"),
        ("Linux", "armv6l", "", "linux/arm/v6"),
        ("Linux", "i686", "", "linux/386"),
        ("Linux", "ppc64le", "", "linux/ppc64le"),
        ("Darwin", "arm64", "Darwin Kernel Version 23", "linux/arm64"),
        ("Darwin", "x86_64", "", "linux/amd64"),
        ("Windows", "AMD64", "10.0.17763", "windows(10.0.17763)/amd64"),
        ("Windows", "ARM64", "10.0.26100", "windows(10.0.26100)/arm64"),
    ],
)
def test_what_containers_run_on(system: str, machine: str, version: str, expected: str) -> None:
    assert str(Platform.host(system, machine, version)) == expected


def test_this_host_has_a_platform() -> None:
    assert host_platform().os in {"linux", "windows", "freebsd"}


def _all(*texts: str) -> list[Platform]:
    return [Platform.parse(text) for text in texts]


@pytest.mark.parametrize(
    ("offered", "wanted", "place"),
    [
        ([], "linux/amd64", None),
        (["linux/arm64", "linux/amd64"], "linux/amd64", 1),
        (["linux/arm64"], "linux/amd64", None),
        (["linux/arm/v5", "linux/arm/v7", "linux/arm/v6"], "linux/arm/v7", 1),
        (["linux/arm/v5", "linux/arm/v7", "linux/arm/v6"], "linux/arm/v6", 2),
        (["linux/amd64", "linux/amd64"], "linux/amd64", 0),
        (["windows(10.0.17763.9)/amd64", "windows(10.0.17763.14)/amd64"], "windows/amd64", 1),
        (["unknown/unknown", "linux/amd64"], "linux/amd64", 1),
    ],
)
def test_the_best_of_several(offered: list[str], wanted: str, place: int | None) -> None:
    assert best(_all(*offered), Platform.parse(wanted)) == place


def test_a_set_wants_what_runs_on_one_of_it() -> None:
    wanted = PlatformSet.of(*_all("linux/arm64/v8", "linux/amd64", "linux/arm64"))
    assert [str(platform) for platform in wanted] == ["linux/amd64", "linux/arm64"]
    assert str(wanted) == "linux/amd64,linux/arm64"
    assert not wanted.is_all
    assert wanted.wants(Platform(os="linux", architecture="aarch64"))
    assert not wanted.wants(Platform(os="windows", architecture="amd64"))
    assert wanted == PlatformSet.of(*_all("linux/arm64", "linux/amd64"))


def test_only_the_set_of_all_wants_unknown() -> None:
    unknown = Platform(os="unknown", architecture="unknown")
    assert PlatformSet.all().wants(unknown)
    assert not PlatformSet.of(unknown).wants(unknown)
    assert not PlatformSet.of().wants(unknown)
    assert PlatformSet.all().is_all
    assert str(PlatformSet.all()) == "all"
    assert list(PlatformSet.all()) == []
