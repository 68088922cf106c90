"""What holds for every test: one origin of the code, a clean environment, real peers in CI."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

from .peers.peer import require_peer, require_root

ROOT = Path(__file__).parents[1]

# Takes the place of Hypothesis' own "ci", which repeats the same examples on every run. Without
# a deadline in either place: a slow machine is not a wrong answer.
settings.register_profile("ci", derandomize=False, deadline=None, print_blob=True)
settings.load_profile("ci")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Refuse to test a mixture of checkout and installed copy."""
    from_checkout = {
        name: _is_from_checkout(name)
        for name in ("provider_core", "provider_archive", "provider_wim")
    }
    if len(set(from_checkout.values())) != 1:
        raise pytest.UsageError(
            f"half checkout, half installed (from the checkout: {from_checkout}); "
            "run `pip install -e '.[test]'`"
        )


def _is_from_checkout(package: str) -> bool:
    spec = find_spec(package)
    return spec is not None and spec.origin is not None and Path(spec.origin).is_relative_to(ROOT)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Hold `@pytest.mark.peer("skopeo", …)` and `@pytest.mark.privileged` to this machine."""
    for mark in item.iter_markers("peer"):
        for tool in mark.args:
            require_peer(tool)
    if item.get_closest_marker("privileged") is not None:
        require_root()


@pytest.fixture(scope="session", autouse=True)
def without_callers_settings() -> Iterator[None]:
    """Keep the caller's FERRY_* variables out of the tests, and pytest's out of nested runs."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("FERRY_")]:
            patch.delenv(name)
        patch.delenv("PYTEST_ADDOPTS", raising=False)
        yield
