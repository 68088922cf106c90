from __future__ import annotations

import subprocess
import sys

import pytest

import provider_core.testing

BLOCKED = """
import sys
sys.modules["pytest"] = None
import provider_core.testing
names = set(provider_core.testing.__all__) - {"ProviderConformance", "StoreSuite"}
for name in sorted(names):
    getattr(provider_core.testing, name)
try:
    provider_core.testing.ProviderConformance
except ImportError:
    sys.exit(0)
sys.exit("the kit was importable without pytest")
"""


def test_every_name_is_there() -> None:
    for name in provider_core.testing.__all__:
        assert getattr(provider_core.testing, name).__name__ == name
    assert set(provider_core.testing.__all__) <= set(dir(provider_core.testing))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_double"):
        provider_core.testing.no_such_double  # noqa: B018


def test_only_the_suites_need_pytest() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", BLOCKED], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
