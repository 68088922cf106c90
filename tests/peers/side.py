"""One side of an air gap: a home, and ferry as a person types it there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = ["Side"]


class Side:
    """One home, and ferry as it is typed there."""

    def __init__(self, home: Path, *flags: str, inside: Sequence[str] = ()) -> None:
        """Use *home*, with *flags* at every command, which the command *inside* starts."""
        self.home = home
        self._flags = flags
        self._inside = inside

    def __call__(self, *words: str | Path, code: int = 0) -> list[dict[str, Any]]:
        """Run ferry with --json and return what it printed; *code* is how it must end."""
        command = [
            *self._inside,
            sys.executable,
            "-m",
            "provider_core.cli",
            *map(str, words),
            "--json",
        ]
        run = subprocess.run(
            [*command, "--home", str(self.home), *self._flags],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert run.returncode == code, run.stderr
        return [json.loads(line) for line in run.stdout.splitlines()]

    @property
    def layout(self) -> Path:
        return self.home / "store"

    def blobs(self) -> set[str]:
        """Return the digests of all blobs, by their files' names."""
        folder = self.layout / "blobs" / "sha256"
        return {f"sha256:{path.name}" for path in folder.iterdir()}

    def disk(self) -> int:
        """Return the bytes of all files in the home."""
        return sum(
            os.stat(Path(folder) / name).st_size
            for folder, _, names in os.walk(self.home)
            for name in names
        )
