"""One side of an air gap: a home, and ferry as a person types it there."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

__all__ = ["OWN_FERRY", "Side"]

OWN_FERRY: Final = (sys.executable, "-m", "provider_core.cli")
"""The ferry under test."""


class Side:
    """One home, and ferry as it is typed there."""

    def __init__(
        self,
        home: Path,
        *flags: str,
        inside: Sequence[str] = (),
        program: Sequence[str | Path] = OWN_FERRY,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Use *home*, with *flags* at every command, which the command *inside* starts.

        *program* is ferry, and *environ* all of its environment; None for the test's own.
        """
        self.home = home
        self._flags = flags
        self._command = (*inside, *map(str, program))
        self._environ = environ

    def __call__(self, *words: str | Path, code: int = 0) -> list[dict[str, Any]]:
        """Run ferry with --json and return what it printed; *code* is how it must end."""
        return _objects(self._run(*words, code=code).stdout)

    def fails(self, *words: str | Path, code: int) -> dict[str, Any]:
        """Run what must end with *code*, and return the error, which has a hint."""
        *_, error = _objects(self._run(*words, code=code).stderr)
        assert (error["schema"], error["code"]) == ("ferry.error/1", code)
        assert error["hint"]
        return error

    def refuses(self, *words: str | Path, code: int) -> dict[str, Any]:
        """Run what must fail without a changed byte in the home, and return the error."""
        before = self.files()
        error = self.fails(*words, code=code)
        after = self.files()
        changed = {name for name in before.keys() | after if before.get(name) != after.get(name)}
        assert not changed, changed
        return error

    def _run(self, *words: str | Path, code: int) -> subprocess.CompletedProcess[str]:
        run = subprocess.run(
            [*self._command, *map(str, words), "--json", "--home", str(self.home), *self._flags],
            env=self._environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert run.returncode == code, run.stderr
        return run

    @property
    def layout(self) -> Path:
        return self.home / "store"

    def blobs(self) -> set[str]:
        """Return the digests of all blobs, by their files' names."""
        folder = self.layout / "blobs" / "sha256"
        return {f"sha256:{path.name}" for path in folder.iterdir()}

    def files(self) -> dict[str, str]:
        """Return path → SHA-256 of every file in the home.

        Left out are empty ones, which are locks, and what is remembered of the plugins.
        """
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in self.home.rglob("*")
            if path.is_file() and path.stat().st_size and path.name != "plugins.json"
        }

    def disk(self) -> int:
        """Return the bytes of all files in the home."""
        return sum(
            os.stat(Path(folder) / name).st_size
            for folder, _, names in os.walk(self.home)
            for name in names
        )


def _objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]
