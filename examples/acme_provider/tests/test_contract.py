"""Everything that a host relies on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from provider_acme import AcmeProvider

from provider_core import Query, Source
from provider_core.testing import ProviderCase, ProviderConformance


class TestContract(ProviderConformance):
    @pytest.fixture
    def case(self, vault: Path, damage: Callable[[], None]) -> ProviderCase:
        return ProviderCase(
            provider=AcmeProvider,
            source=Source(name="vault", provider="acme", location=str(vault)),
            present=[Query(name="Anvil", all_versions=True), Query(name="Rocket")],
            damage=damage,
        )
