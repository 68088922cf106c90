"""A missing peer is a skip for a user and a failure in CI."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from .peer import require_debian_package, require_peer, require_root

MISSING = "no-such-tool-anywhere"

Need = Callable[[], None]


@pytest.fixture(params=["program", "package", "root"])
def unmet(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Need:
    if request.param == "program":
        return lambda: require_peer(MISSING)
    if request.param == "package":
        return lambda: require_debian_package(MISSING)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return require_root


@pytest.mark.parametrize("value", ["true", "1", "yes"])
def test_an_unmet_need_fails_in_ci(
    unmet: Need, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", value)
    with pytest.raises(pytest.fail.Exception, match="in CI nothing may be skipped"):
        unmet()


@pytest.mark.parametrize("value", [None, "", "0", "false"])
def test_an_unmet_need_skips_elsewhere(
    unmet: Need, value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if value is None:
        monkeypatch.delenv("CI", raising=False)
    else:
        monkeypatch.setenv("CI", value)
    with pytest.raises(pytest.skip.Exception):
        unmet()


def test_what_is_there_is_no_hindrance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    require_peer("sh")
    require_root()
