"""Running ferry in a test: in this process with a fixed clock, or as a process of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from provider_core.cli.invocation import Invocation
from provider_core.cli.main import run

__all__ = ["NOW", "SHELF", "Ferry", "Ran", "clean_environment"]

NOW = datetime(2016, 3, 15, 12, tzinfo=UTC)
SHELF = Path(__file__).with_name("shelf_provider.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What one run said."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The JSON objects on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def asides(self) -> list[dict[str, Any]]:
        """The JSON objects on stderr."""
        return [json.loads(line) for line in self.err.splitlines()]


class Ferry:
    """Runs command lines against one home, with the shelf's provider loaded."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self.environ: dict[str, str] = {
            "FERRY_HOME": str(home),
            "FERRY_DISABLED_SOURCES": "hub",
        }
        self._capsys = capsys

    def __call__(self, *arguments: str, stdin: str | bytes | None = None) -> Ran:
        """Run one command line in this process."""
        self._capsys.readouterr()
        invocation = Invocation(environ=self.environ, clock=lambda: NOW, json="--json" in arguments)
        with pytest.MonkeyPatch.context() as patch:
            data = stdin.encode() if isinstance(stdin, str) else stdin or b""
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
            code = run(["--provider-path", str(SHELF), *arguments], invocation)
        captured = self._capsys.readouterr()
        return Ran(code=code, out=captured.out, err=captured.err)

    def process(self, *arguments: str, **more: Any) -> subprocess.Popen[bytes]:
        """Start one command line as a process; the caller ends it."""
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "provider_core.cli", *arguments],
            env=clean_environment(self.environ),
            stdout=more.pop("stdout", subprocess.PIPE),
            stderr=subprocess.PIPE,
            **more,
        )

    def finished(self, *arguments: str, **more: Any) -> Ran:
        """Run one command line as a process to its end."""
        with self.process(*arguments, **more) as process:
            out, err = process.communicate(timeout=60)
        return Ran(code=process.returncode, out=(out or b"").decode(), err=err.decode())


def clean_environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment without ferry's own variables, and with *more*."""
    kept = {name: value for name, value in os.environ.items() if "FERRY" not in name}
    return {**kept, **more}
