from __future__ import annotations

import sys

import pytest
from packaging.markers import Marker, default_environment
from packaging.tags import sys_tags

from provider_core.errors import NotSupported, UsageError
from provider_core.wheels.target import Target


def test_this_machine_is_what_nothing_means() -> None:
    target = Target.of()
    assert target.python == f"{sys.version_info[0]}.{sys.version_info[1]}"
    here = default_environment()
    for name in ("sys_platform", "platform_system", "platform_machine", "os_name"):
        assert target.environment()[name] == dict(here)[name]
    if sys.platform == "linux":
        assert {tag.platform for tag in sys_tags()} & set(target.tags())


@pytest.mark.parametrize(
    ("platform", "marker"),
    [
        ("windows/amd64", "sys_platform == 'win32' and platform_machine == 'AMD64'"),
        ("darwin/arm64", "platform_system == 'Darwin' and platform_machine == 'arm64'"),
        ("macos/x86_64", "sys_platform == 'darwin' and platform_machine == 'x86_64'"),
        ("linux/arm64", "os_name == 'posix' and platform_machine == 'aarch64'"),
    ],
)
def test_markers_are_those_of_the_target(platform: str, marker: str) -> None:
    target = Target.of(platform, "3.12")
    assert Marker(f"{marker} and python_version == '3.12'").evaluate(target.environment())


def test_every_marker_has_a_value() -> None:
    assert set(Target.of("windows/amd64").environment()) == set(default_environment())


def test_linux_is_glibc_of_2_28_and_older() -> None:
    tags = Target.of("linux/amd64").tags()
    assert tags[0] == "manylinux_2_28_x86_64"
    assert "manylinux_2_5_x86_64" in tags
    assert "manylinux_2_29_x86_64" not in tags


@pytest.mark.parametrize("platform", ["plan9/amd64", "windows/s390x", "linux/mips"])
def test_a_system_without_wheels_is_refused(platform: str) -> None:
    with pytest.raises(NotSupported, match="there are no wheels for"):
        Target.of(platform)


@pytest.mark.parametrize("python", ["3", "2.7", "3.10", "3.11.2", "three"])
def test_a_python_that_ferry_does_not_run_on_is_refused(python: str) -> None:
    with pytest.raises(UsageError, match="no version of Python"):
        Target.of("linux/amd64", python)
