"""Platforms: what an image runs on, how that is written, and which image fits which host.

Names are Go's GOOS and GOARCH with the variants of the OCI image index specification.  The
normal form and the text (``windows(10.0.17763.1)/amd64``) are those of containerd.
"""

from __future__ import annotations

import platform as _machine
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from .errors import DocumentError, NotSupported, UsageError

__all__ = ["Platform", "PlatformSet", "best", "host_platform", "nothing_for"]

_TOKEN = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_LEVEL = re.compile(r"v(\d{1,3})(?:\.(\d{1,3}))?", re.ASCII)
_MOST_CHARACTERS = 256
_SYSTEMS = {"macos": "darwin"}
_ARCHITECTURES = {
    "aarch64": ("arm64", ""),
    "armel": ("arm", "v6"),
    "armhf": ("arm", "v7"),
    "armv5tel": ("arm", "v5"),
    "armv6l": ("arm", "v6"),
    "armv7l": ("arm", "v7"),
    "armv8l": ("arm", "v8"),
    "i386": ("386", ""),
    "i486": ("386", ""),
    "i586": ("386", ""),
    "i686": ("386", ""),
    "loongarch64": ("loong64", ""),
    "x86": ("386", ""),
    "x86-64": ("amd64", ""),
    "x86_64": ("amd64", ""),
}
"""Other spellings, with the variant that each implies where none is given."""
_BASE_LEVELS = {"amd64": (1, 0), "arm": (7, 0), "arm64": (8, 0)}
"""What no variant means."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Platform:
    """What an image runs on; fields as a document spells them, text in the normal form.

    Raises DocumentError if a field has other characters than letters, digits, ``. _ -``, or
    if os or architecture is empty.
    """

    os: str
    """Operating system: 'linux', 'windows'; 'unknown' for things that do not run."""
    architecture: str
    """Processor: 'amd64', 'arm64', 'arm', '386', …"""
    variant: str = ""
    """Level of the architecture: 'v7', 'v8'; '' if not given."""
    os_version: str = ""
    """Version of the operating system, '10.0.17763.1999'; Windows images have one."""

    def __post_init__(self) -> None:
        _check_token("os", self.os)
        _check_token("architecture", self.architecture)
        if self.variant:
            _check_token("variant", self.variant)
        if self.os_version:
            _check_token("os.version", self.os_version)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``os/architecture[/variant]`` in any spelling and return the normal form.

        A version of the operating system is written ``windows(10.0.17763.1)/amd64`` or
        ``windows/amd64:10.0.17763.1``.  Raises UsageError.
        """
        if len(text) > _MOST_CHARACTERS:
            raise _unreadable(text[:40] + "…")
        body, colon, version = text.partition(":")
        system, slash, rest = body.partition("/")
        if "(" in system and not colon:
            system, _, version = system.partition("(")
            if not version.endswith(")"):
                raise _unreadable(text)
            colon, version = "(", version[:-1]
        architecture, variant_slash, variant = rest.partition("/")
        if not slash or (variant_slash and not variant) or (colon and not version):
            raise _unreadable(text)
        try:
            return cls(
                os=system, architecture=architecture, variant=variant, os_version=version
            ).normalized
        except DocumentError as error:
            raise _unreadable(text) from error

    @classmethod
    def host(cls, system: str, machine: str, version: str = "") -> Self:
        """Return what containers run on, on a host.

        *system*, *machine* and *version* are spelled as by the functions of the `platform`
        module.  A Mac runs Linux containers, in a virtual machine of its own architecture; the
        version counts on Windows only.  Raises DocumentError for names that cannot be read.
        """
        system = "linux" if system.lower() == "darwin" else system
        os_version = version if system.lower() == "windows" else ""
        return cls(os=system, architecture=machine, os_version=os_version).normalized

    @property
    def normalized(self) -> Self:
        """The same platform in containerd's spelling: linux/aarch64/v8 is linux/arm64."""
        system = self.os.lower()
        architecture = self.architecture.lower()
        architecture, implied = _ARCHITECTURES.get(architecture, (architecture, ""))
        variant = self.variant.lower() or implied
        if architecture in _BASE_LEVELS:
            variant = _normal_variant(architecture, variant)
        return type(self)(
            os=_SYSTEMS.get(system, system),
            architecture=architecture,
            variant=variant,
            os_version=self.os_version,
        )

    @property
    def is_unknown(self) -> bool:
        """Whether it stands for things that do not run, such as attestations."""
        return self.os.lower() == "unknown"

    def satisfies(self, wanted: Platform) -> bool:
        """Whether an image of this platform runs where *wanted* is asked for.

        * os and architecture are equal;
        * a level runs on itself and on higher ones: arm/v7 takes v7, v6 and v5; no variant is
          arm/v7, arm64/v8, amd64/v1; variants that are no levels are equal;
        * on Windows, *wanted*'s version is a prefix, part by part (10.0.17763 takes
          10.0.17763.1999); an image that does not say its version passes;
        * 'unknown' satisfies nothing.
        """
        mine, theirs = self.normalized, wanted.normalized
        return (
            not mine.is_unknown
            and (mine.os, mine.architecture) == (theirs.os, theirs.architecture)
            and _runs_on(mine, theirs)
            and _has_build(mine, theirs)
        )

    def __str__(self) -> str:
        """Return the normal form, which `parse` reads."""
        plain = self.normalized
        version = f"({plain.os_version})" if plain.os_version else ""
        variant = f"/{plain.variant}" if plain.variant else ""
        return f"{plain.os}{version}/{plain.architecture}{variant}"


def host_platform() -> Platform:
    """Return what containers run on, on this host; DocumentError if it does not say."""
    return Platform.host(_machine.system(), _machine.machine(), _machine.version())


def best(platforms: Iterable[Platform], wanted: Platform) -> int | None:
    """Return the place of the image that fits *wanted* best, None if none does.

    The highest level wins, then the highest version of the operating system, then the first.
    """
    fitting = [
        (_level(platform.normalized) or (0, 0), _numbers(platform.os_version), -place)
        for place, platform in enumerate(platforms)
        if platform.satisfies(wanted)
    ]
    return -max(fitting)[2] if fitting else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformSet:
    """The platforms that are wanted: some, or all there are.

    Iterates over the named platforms in order; over nothing for ALL, so ask `is_all` first.
    """

    named: frozenset[Platform] | None
    """The wanted platforms in normal form; None for all there are."""

    @classmethod
    def all(cls) -> Self:
        """Return the set that wants everything, 'unknown' too."""
        return cls(named=None)

    @classmethod
    def of(cls, *platforms: Platform) -> Self:
        """Return the set of *platforms*; without any it wants nothing."""
        return cls(named=frozenset(platform.normalized for platform in platforms))

    @property
    def is_all(self) -> bool:
        """Whether everything is wanted."""
        return self.named is None

    def wants(self, platform: Platform) -> bool:
        """Whether an image of *platform* runs on one of the set."""
        return self.named is None or any(map(platform.satisfies, self.named))

    def __iter__(self) -> Iterator[Platform]:
        return iter(sorted(self.named or ()))

    def __str__(self) -> str:
        """Return ``linux/amd64,linux/arm64`` or ``all``."""
        return "all" if self.named is None else ",".join(map(str, self))


def nothing_for(
    wanted: PlatformSet, there: Iterable[Platform], *, what: str = "the image"
) -> NotSupported:
    """Return the error that says that an image has none of *wanted*, and what is *there*."""
    listed = ", ".join(sorted(map(str, set(there)))) or "attestations only"
    return NotSupported(
        f"{what} has nothing for {wanted}",
        hint=f"it has {listed}: choose with --platform, or take --all-platforms",
        wanted=str(wanted),
        there=listed,
    )


def _check_token(field: str, value: str) -> None:
    if not _TOKEN.fullmatch(value):
        reason = f"{value[:64]!r} is not 1 to 64 letters, digits and . _ -"
        raise DocumentError(reason, path=field, what="platform")


def _unreadable(text: str) -> UsageError:
    return UsageError(
        f"{text!r} is not a platform",
        hint="write it like linux/amd64, linux/arm/v7 or 'windows(10.0.17763)/amd64'",
        text=text,
    )


def _normal_variant(architecture: str, variant: str) -> str:
    match = _LEVEL.fullmatch(variant if variant.startswith("v") else f"v{variant}")
    base = _BASE_LEVELS[architecture]
    level = (int(match[1]), int(match[2] or 0)) if match else base
    if match is None and variant:
        return variant
    if level == base and architecture != "arm":
        return ""
    return f"v{level[0]}.{level[1]}" if level[1] else f"v{level[0]}"


def _level(platform: Platform) -> tuple[int, int] | None:
    if not platform.variant:
        return _BASE_LEVELS.get(platform.architecture)
    match = _LEVEL.fullmatch(platform.variant)
    return (int(match[1]), int(match[2] or 0)) if match else None


def _runs_on(image: Platform, host: Platform) -> bool:
    level, highest = _level(image), _level(host)
    if level is None or highest is None:
        return image.variant == host.variant
    return level <= highest


def _has_build(image: Platform, host: Platform) -> bool:
    if host.os != "windows" or not host.os_version or not image.os_version:
        return True
    asked = host.os_version.split(".")
    return image.os_version.split(".")[: len(asked)] == asked


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
