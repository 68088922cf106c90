"""Making a kit: wheels gathered, held against what they require, written down, and renamed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from typing import Final

from ..cancel import CancelToken
from ..digests import Digest
from ..errors import UsageError
from ..wheels.facts import Wheel
from ..wheels.gathering import gather, put_in_place
from ..wheels.origin import OWN
from ..wheels.sums import SUMS, sums_of
from ..wheels.target import Target

__all__ = ["FORMAT", "Kit", "make_kit"]

FORMAT: Final = 1
"""Of kit.json; an installer refuses others."""
_SCRIPTS: Final = ("install.sh", "install.ps1")
_BESIDE: Final = ("pip",)
"""What goes along to install the rest, and later on providers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """A kit as it was made."""

    folder: Path
    version: str
    """Of ferry."""
    target: Target
    wheels: tuple[Wheel, ...]
    seal: Digest
    """Of SHA256SUMS; who knows it knows everything in the kit."""

    @property
    def size(self) -> int:
        """Bytes of all wheels."""
        return sum(wheel.size for wheel in self.wheels)


def make_kit(
    folder: Path,
    target: Target,
    *,
    extras: Sequence[str] = (),
    providers: Sequence[str] = (),
    cancel: CancelToken,
) -> Kit:
    """Write the ferry that runs, for *target*, to *folder*, which is not there yet or is empty.

    *providers* are names as `wanted_wheel` takes them.  Raises Exists, UsageError for an unknown
    extra, what fetching and building raise, StoreError, NoSpace.
    """
    _check_extras(extras)
    with put_in_place(folder) as beside:
        own = f"{OWN}[{','.join(extras)}]" if extras else OWN
        wheels = gather(beside / "wheels", (own, *_BESIDE, *providers), target, cancel)
        version = next(wheel.facts.version for wheel in wheels if wheel.facts.name == OWN)
        _write(beside, wheels, target, version)
        sums = sums_of(beside)
        (beside / SUMS).write_text(sums, encoding="utf-8", newline="\n")
    there = folder.absolute() / "wheels"
    return Kit(
        folder=folder.absolute(),
        version=version,
        target=target,
        wheels=tuple(replace(wheel, path=there / wheel.path.name) for wheel in wheels),
        seal=Digest.of(sums.encode()),
    )


def _check_extras(extras: Sequence[str]) -> None:
    known = sorted(set(distribution(OWN).metadata.get_all("Provides-Extra", ())) - {"test"})
    for extra in extras:
        if extra not in known:
            raise UsageError(
                f"ferry has no extra {extra!r}", hint=f"there are {', '.join(known)}", extra=extra
            )


def _write(folder: Path, wheels: Sequence[Wheel], target: Target, version: str) -> None:
    """Write everything beside the wheels but the list of hashes."""
    environment = target.environment()
    facts = {
        "format": FORMAT,
        "version": version,
        "python": target.python,
        "system": environment["platform_system"],
        "machine": environment["platform_machine"],
    }
    texts = {
        "kit.json": json.dumps(facts, indent=2) + "\n",
        "requirements.txt": "".join(f"{wheel.requirement}\n" for wheel in wheels),
        "install.py": (files(__package__) / "installer.py").read_text(encoding="utf-8"),
    }
    for name in _SCRIPTS:
        text = (files(__package__) / "scripts" / name).read_text(encoding="utf-8")
        texts[name] = text.replace("@PYTHON@", target.python)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    (folder / "install.sh").chmod(0o755)
