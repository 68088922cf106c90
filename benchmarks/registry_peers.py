"""Other tools that pull from a registry: Debian's skopeo, or those of a newer Debian's folder."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

__all__ = ["Peers"]

Copy = Callable[[str, str, str], list[str]]
"""From host, name with tag, and folder of an OCI layout to the words of a command."""


def _skopeo(host: str, name: str, target: str) -> list[str]:
    layout = f"oci:{target}:{name.rpartition(':')[2]}"
    return [
        "skopeo",
        "copy",
        "--quiet",
        "--src-tls-verify=false",
        f"docker://{host}/{name}",
        layout,
    ]


def _crane(host: str, name: str, target: str) -> list[str]:
    return ["crane", "pull", "--insecure", "--format=oci", f"{host}/{name}", target]


def _oras(host: str, name: str, target: str) -> list[str]:
    layout = f"{target}:{name.rpartition(':')[2]}"
    return ["oras", "copy", "--from-plain-http", "--to-oci-layout", f"{host}/{name}", layout]


_TOOLS: Final[dict[str, Copy]] = {"skopeo": _skopeo, "crane": _crane, "oras": _oras}


class Peers:
    """Tools of this system, or of the one whose root is the folder *chroot*."""

    def __init__(self, chroot: Path | None) -> None:
        self._chroot = chroot
        self.tools: Sequence[str] = tuple(_TOOLS) if chroot else ("skopeo",)

    def copies(self, tool: str, host: str, names: Iterable[str], target: Path) -> list[list[str]]:
        """Return the command lines, one an image, that copy *names* to the layout *target*."""
        place = str(target)
        if self._chroot is not None:
            place = f"/{target.relative_to(self._chroot)}"
        return [[*self._before, *_TOOLS[tool](host, name, place)] for name in names]

    def versions(self) -> str:
        """Return what the tools say that they are."""
        return ", ".join(f"{tool} {self._version(tool)}" for tool in self.tools)

    @property
    def _before(self) -> list[str]:
        return ["chroot", str(self._chroot)] if self._chroot is not None else []

    def _version(self, tool: str) -> str:
        """Return the version of Debian's package; crane does not know its own."""
        words = [*self._before, "dpkg-query", "--show", "--showformat=${Version}", tool]
        said = subprocess.run(words, capture_output=True, text=True, check=True)
        return said.stdout.partition("+")[0].partition("-")[0]
