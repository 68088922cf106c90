"""Tests of a provider that is installed: its card.  Run by `ferry provider check NAME`.

What its features do can only be tested with a source to ask, as the tests of its project have.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ..discovery import from_files, from_groups, from_home
from ..errors import UnknownProvider
from .card_tests import CardTests
from .case import ProviderCase
from .check_plugin import PROVIDER, PROVIDERS_FOLDER
from .stage import Stage

__all__ = ["TestInstalledProvider"]


class TestInstalledProvider(CardTests):
    """The tests that need nothing but the provider itself."""

    @pytest.fixture
    def stage(self, pytestconfig: pytest.Config) -> Stage:
        """Return what calls the provider that the command line names."""
        named: str = pytestconfig.getoption(PROVIDER)
        folder: Path | None = pytestconfig.getoption(PROVIDERS_FOLDER)
        if folder is not None:
            from_home(folder)
        return Stage(ProviderCase(provider=_load(named)))


def _load(named: str) -> object:
    if named.endswith(".py"):
        (candidate,) = from_files([Path(named)])
        return candidate.load()
    installed = {candidate.name: candidate for candidate in from_groups()}
    if named not in installed:
        raise UnknownProvider(named, sorted(installed))
    return installed[named].load()
