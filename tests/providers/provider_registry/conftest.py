"""Nothing of whoever runs the tests: no logins of theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

FILES = ("REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "DOCKER_CONFIG")


@pytest.fixture(autouse=True)
def no_logins(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a HOME without Docker's or Podman's files."""
    for name in FILES:
        monkeypatch.delenv(name, raising=False)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    return home
