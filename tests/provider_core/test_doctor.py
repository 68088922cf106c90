"""What providers say of this host stands among the findings of the doctor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_core import Context, Feature, Finding, Host, ProviderInfo, ProviderSpec, hookimpl
from provider_core.errors import UsageError

FINDING = Finding(what="tape drive", status="bad", detail="no /dev/st0", hint="plug it in")


class Tapes(ProviderSpec):
    @hookimpl
    def provider_info(self) -> ProviderInfo:
        return ProviderInfo(name="tapes", version="1", features=frozenset({Feature.DIAGNOSE}))

    @hookimpl
    def diagnose(self, context: Context) -> Iterator[Finding]:
        yield FINDING


class Failing(ProviderSpec):
    def __init__(self, error: Exception) -> None:
        self.error = error

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        return ProviderInfo(name="failing", version="1", features=frozenset({Feature.DIAGNOSE}))

    @hookimpl
    def diagnose(self, context: Context) -> Iterator[Finding]:
        raise self.error


def test_providers_are_asked(tmp_path: Path) -> None:
    with Host(home=tmp_path, providers=[Tapes()]) as host:
        findings = host.doctor()
    assert FINDING in findings
    assert "plugin tapes" in {finding.what for finding in findings}


@pytest.mark.parametrize("error", [RuntimeError("boom"), UsageError("boom")])
def test_one_that_fails_is_a_finding(error: Exception, tmp_path: Path) -> None:
    with Host(home=tmp_path, providers=[Failing(error), Tapes()]) as host:
        findings = host.doctor()
    assert FINDING in findings
    bad = [one for one in findings if one.what == "plugin failing" and one.status == "bad"]
    assert len(bad) == 1
    assert "boom" in bad[0].detail
