"""What a test needs from the machine: skipped with a reason for a user, a failure in CI."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Final

import pytest

__all__ = ["require", "require_debian_package", "require_peer", "require_root"]

_UNSET: Final = frozenset({"", "0", "false"})


def require_peer(tool: str) -> None:
    """Need the program `tool` on the PATH."""
    require(shutil.which(tool) is not None, f"{tool} is not installed")


def require_debian_package(package: str) -> None:
    """Need the files of the Debian package `package`, as dpkg lists them."""
    require_peer("dpkg")
    known = subprocess.run(["dpkg", "-L", package], capture_output=True, check=False, timeout=60)
    require(known.returncode == 0, f"the Debian package {package} is not installed")


def require_root() -> None:
    """Need to be root."""
    require(hasattr(os, "geteuid") and os.geteuid() == 0, "needs root")


def require(present: bool, reason: str) -> None:
    """Go on if `present`; else fail where the environment variable CI is set, and skip elsewhere.

    Raises:
        pytest.skip.Exception: what is needed is missing on a user's machine.
        pytest.fail.Exception: it is missing in CI, where everything has to be tested.
    """
    if present:
        return
    if os.environ.get("CI", "").lower() not in _UNSET:
        pytest.fail(f"{reason}, and in CI nothing may be skipped", pytrace=False)
    pytest.skip(reason)
