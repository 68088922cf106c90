"""Which Python on which system wheels are for: pip's tags, and what markers say there.

Tags are those of the platform compatibility tags of PyPA, markers those of the dependency
specifiers (PEP 508); nothing of it is asked of this machine.
"""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

from ..errors import NotSupported, UsageError
from ..platforms import Platform

__all__ = ["OLDEST_GLIBC", "Target"]

OLDEST_GLIBC: Final = (2, 28)
"""The C library that a Linux host needs: Debian 10, RHEL 8, Ubuntu 20.04 and what came later."""
_OLDEST_MACOS: Final = "12_0"
_PYTHON: Final = re.compile(r"3\.(\d{1,2})", re.ASCII)
_OLDEST_PYTHON: Final = 11
_LINUX: Final = {
    "amd64": "x86_64",
    "arm64": "aarch64",
    "386": "i686",
    "arm": "armv7l",
    "ppc64le": "ppc64le",
    "riscv64": "riscv64",
    "s390x": "s390x",
}
_MAC: Final = {"amd64": "x86_64", "arm64": "arm64"}
_WINDOWS: Final = {"amd64": ("win_amd64", "AMD64"), "arm64": ("win_arm64", "ARM64")}
_FIRST_GLIBC: Final = {"x86_64": 5, "i686": 5}
"""The oldest manylinux of a machine, where that is not 2.17."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A CPython on a system."""

    platform: Platform
    """System and architecture; variant and version do not count."""
    python: str
    """Major and minor version: '3.11'."""

    @classmethod
    def of(cls, platform_text: str = "", python: str = "") -> Self:
        """Read ``linux/amd64`` and ``3.11``; what is empty is as here.

        Raises UsageError for what cannot be read, NotSupported for a system without wheels.
        """
        own = f"{sys.version_info.major}.{sys.version_info.minor}"
        match = _PYTHON.fullmatch(python or own)
        if match is None or int(match[1]) < _OLDEST_PYTHON:
            raise UsageError(
                f"{python!r} is no version of Python that ferry runs on",
                hint=f"write 3.{_OLDEST_PYTHON} or a later one",
                python=python,
            )
        target = cls(platform=_read(platform_text), python=python or own)
        target.tags()
        return target

    def tags(self) -> tuple[str, ...]:
        """Return the platform tags of wheels that run there; NotSupported if there are none."""
        system, architecture = self.platform.os, self.platform.architecture
        if system == "linux" and architecture in _LINUX:
            return tuple(_manylinux(_LINUX[architecture]))
        if system == "darwin" and architecture in _MAC:
            return (f"macosx_{_OLDEST_MACOS}_{_MAC[architecture]}",)
        if system == "windows" and architecture in _WINDOWS:
            return (_WINDOWS[architecture][0],)
        raise NotSupported(
            f"there are no wheels for {self.platform}",
            hint="name linux, darwin or windows, as in linux/arm64",
            platform=str(self.platform),
        )

    def pip_options(self) -> list[str]:
        """Return what makes `pip download` choose for the target."""
        platforms = [word for tag in self.tags() for word in ("--platform", tag)]
        return [
            *("--only-binary", ":all:", "--implementation", "cp"),
            *("--python-version", self.python),
            *platforms,
        ]

    def environment(self) -> dict[str, str]:
        """Return the values of the environment markers there."""
        system, machine = self._system()
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.0",
            "os_name": "nt" if system == "Windows" else "posix",
            "platform_machine": machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": system,
            "platform_version": "",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": {"Windows": "win32"}.get(system, system.lower()),
        }

    def _system(self) -> tuple[str, str]:
        """Return system and machine as the `platform` module spells them there."""
        architecture = self.platform.architecture
        match self.platform.os:
            case "windows":
                return "Windows", _WINDOWS[architecture][1]
            case "darwin":
                return "Darwin", _MAC[architecture]
            case _:
                return "Linux", _LINUX[architecture]


def _read(text: str) -> Platform:
    if text:
        return Platform.parse(text)
    return Platform(os=platform.system(), architecture=platform.machine()).normalized


def _manylinux(machine: str) -> Iterator[str]:
    major, newest = OLDEST_GLIBC
    for minor in range(newest, _FIRST_GLIBC.get(machine, 17) - 1, -1):
        yield f"manylinux_{major}_{minor}_{machine}"
    yield f"manylinux2014_{machine}"  # pip takes what is older with it
