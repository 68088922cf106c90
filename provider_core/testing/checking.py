"""Holding a provider against the conformance kit, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ..cancel import CancelToken
from ..errors import NotFoundError, NotSupported

__all__ = ["CheckReport", "check_card", "check_project", "require_pytest"]

_POLL = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What the tests of a provider came to."""

    conformance: int
    """Tests of the kit among them, of whatever outcome."""
    passed: int
    skipped: int
    """Most of them for features that are not declared."""
    failed: tuple[str, ...]
    """Names of the tests that failed, errors included."""
    output: str
    """What pytest printed."""

    @property
    def is_good(self) -> bool:
        """Whether nothing failed and something passed."""
        return not self.failed and self.passed > 0


def require_pytest() -> None:
    """Raise NotSupported if the extra that testing needs is not installed."""
    if find_spec("pytest") is None:
        raise NotSupported(
            "the conformance kit needs pytest, which is not installed",
            hint="pip install 'imageferry[test]' where providers are made; no kit brings it",
        )


def check_project(folder: Path, cancel: CancelToken) -> CheckReport:
    """Run the tests of the project in *folder*, which subclass ProviderConformance.

    Raises NotSupported without pytest, NotFoundError if none of its tests is of the kit.
    """
    report = _run(["."], folder, cancel)
    if not report.conformance and not report.failed:
        raise NotFoundError(
            f"no test in {folder} subclasses ProviderConformance",
            hint="`ferry provider new NAME` writes a project that has one",
            folder=str(folder),
        )
    return report


def check_card(named: str, providers: Path, cancel: CancelToken) -> CheckReport:
    """Hold the card of an installed provider, or of one in a Python file, against the kit.

    *providers* is the home's folder of providers.  Raises NotSupported without pytest.
    """
    module = Path(__file__).with_name("installed_provider.py")
    target = str(Path(named).absolute()) if named.endswith(".py") else named
    options = ["--ferry-provider", target, "--ferry-providers-folder", str(providers)]
    with tempfile.TemporaryDirectory(prefix="ferry-check-") as folder:
        return _run([*options, "--rootdir", folder, str(module)], Path(folder), cancel)


def _run(arguments: Sequence[str], folder: Path, cancel: CancelToken) -> CheckReport:
    require_pytest()
    with tempfile.TemporaryDirectory(prefix="ferry-check-") as scratch:
        report, output = Path(scratch) / "report.json", Path(scratch) / "output.txt"
        words = [
            *(sys.executable, "-m", "pytest", "-p", f"{__package__}.check_plugin"),
            *("--ferry-report", str(report), "-p", "no:cacheprovider", "-q", *arguments),
        ]
        with output.open("wb") as sink:
            _wait_for(words, folder, sink.fileno(), cancel)
        text = output.read_text(encoding="utf-8", errors="replace")
        told = json.loads(report.read_bytes()) if report.exists() else {}
    return CheckReport(
        conformance=told.get("conformance", 0),
        passed=told.get("passed", 0),
        skipped=told.get("skipped", 0),
        failed=tuple(told.get("failed", ["pytest could not be run"])),
        output=text,
    )


def _wait_for(words: Sequence[str], folder: Path, output: int, cancel: CancelToken) -> None:
    with subprocess.Popen(
        words, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output
    ) as process:
        try:
            while process.poll() is None:
                cancel.wait(_POLL)
        finally:
            process.terminate()
