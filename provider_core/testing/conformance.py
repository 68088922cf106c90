"""The plugin contract as tests: subclass, define one fixture, and run pytest.

Example (``tests/test_acme.py``)::

    import pytest
    from provider_core import Query, Source
    from provider_core.testing import ProviderCase, ProviderConformance

    class TestAcme(ProviderConformance):
        @pytest.fixture
        def case(self, tmp_path):
            shelf = make_shelf(tmp_path)
            return ProviderCase(
                provider=AcmeProvider,
                source=Source(name="shelf", provider="acme", location=str(shelf)),
                present=[Query(name="box")],
            )

What the provider does not declare must be refused; there is nothing else to test of it.
"""

from __future__ import annotations

import pytest

# Without this a failing assert of the kit would print no values: pytest rewrites asserts only in
# test modules, and in modules it was told of before they are imported.
_TOPICS = ("card_tests", "find_tests", "install_tests", "work_tests")
pytest.register_assert_rewrite(*(f"{__package__}.{topic}" for topic in _TOPICS))

from .card_tests import CardTests, CaseTests  # noqa: E402
from .case import ProviderCase  # noqa: E402
from .find_tests import FindTests, ResolveTests  # noqa: E402
from .install_tests import ContentsTests, InstallTests  # noqa: E402
from .stage import Stage  # noqa: E402
from .work_tests import ConvertTests, RefreshTests, SaveTests, UninstallTests  # noqa: E402

__all__ = ["ProviderConformance"]


class ProviderConformance(
    CardTests,
    CaseTests,
    FindTests,
    ResolveTests,
    RefreshTests,
    ContentsTests,
    InstallTests,
    ConvertTests,
    SaveTests,
    UninstallTests,
):
    """Every test a provider must pass; subclass as ``Test…`` and define the fixture ``case``."""

    @pytest.fixture
    def case(self) -> ProviderCase:
        """Return the provider under test and what it can reach, made anew for each test."""
        pytest.fail("define the fixture `case` in the subclass of ProviderConformance")

    @pytest.fixture
    def stage(self, case: ProviderCase) -> Stage:
        """Return what calls the provider as a host does."""
        return Stage(case)
