"""A pytest plugin for `ferry provider check`: counts the kit's tests and reports what came out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conformance import ProviderConformance

__all__ = ["PROVIDER", "PROVIDERS_FOLDER", "REPORT"]

REPORT = "--ferry-report"
PROVIDER = "--ferry-provider"
PROVIDERS_FOLDER = "--ferry-providers-folder"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take where to report, and which installed provider to hold against its card."""
    group = parser.getgroup("ferry")
    group.addoption(REPORT, type=Path, help="where to write the report, as JSON")
    group.addoption(PROVIDER, default="", help="entry point, or .py file, of the provider")
    group.addoption(PROVIDERS_FOLDER, type=Path, help="the home's folder of providers")


def pytest_configure(config: pytest.Config) -> None:
    """Start to report, if somebody wants to know."""
    path = config.getoption(REPORT)
    if path is not None:
        config.pluginmanager.register(_Reporter(path), "ferry-reporter")


class _Reporter:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._conformance = 0
        self._outcomes: dict[str, str] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        kinds = (getattr(item, "cls", None) for item in items)
        self._conformance = sum(
            isinstance(kind, type) and issubclass(kind, ProviderConformance) for kind in kinds
        )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self._outcomes[report.nodeid] = report.outcome

    def pytest_sessionfinish(self) -> None:
        failed = [name for name, outcome in self._outcomes.items() if outcome == "failed"]
        outcomes = list(self._outcomes.values())
        document = {
            "conformance": self._conformance,
            "passed": outcomes.count("passed"),
            "skipped": outcomes.count("skipped"),
            "failed": failed,
        }
        self._path.write_text(json.dumps(document), encoding="utf-8")
