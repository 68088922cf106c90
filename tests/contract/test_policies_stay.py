"""A policy is asked with every flag and setting; to be rid of it, its distribution must go."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from provider_core import Host
from provider_core.errors import NotSupported, UnknownProvider, UsageError

from ..support.distributions import install_distribution
from .hosts import Homes
from .shelf_double import Shelf, image_of

RULE = """
from provider_core.errors import UsageError
from provider_core.hookspecs import hookimpl

class Rule:
    @hookimpl(wrapper=True)
    def install(self, package):
        raise UsageError("the rule forbids it")
        yield
"""


@pytest.fixture
def ruled(homes: Homes, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Host:
    """Return a host whose home has a policy, which every setting tries to leave out."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    host = homes(shelf, plugins=False, disabled_providers=("rule", "shelf-rules"))
    host.add_source("lab", "shelf://lab")
    shelf.put("lab", "app", "1", image_of("app"))
    place = host.home.folder("providers", "shelf-rules")
    group = "provider_core.policies"
    install_distribution(place, "shelf-rules", group, "rule = shelf_rules:Rule", RULE)
    host.close()
    return homes(shelf, plugins=False, disabled_providers=("rule", "shelf-rules"))


def test_no_setting_leaves_it_out(ruled: Host) -> None:
    with pytest.raises(UsageError, match="the rule forbids it") as caught:
        ruled.install("app")
    assert caught.value.provider == "rule"
    assert [row.status for row in ruled.providers() if row.name == "rule"] == ["policy"]


def test_it_cannot_be_disabled(ruled: Host) -> None:
    with pytest.raises(NotSupported, match="is a policy"):
        ruled.disable_provider("rule")
    assert ruled.enable_provider("rule") is False
    with pytest.raises(UnknownProvider):
        ruled.disable_provider("rules")


def test_providers_of_third_parties_are_left_out(
    homes: Homes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    host = homes(plugins=False)
    place = host.home.folder("providers", "zinc")
    group = "provider_core.providers"
    install_distribution(place, "ferry-zinc", group, "zinc = no_such_module_zinc:Zinc")
    assert "zinc" not in [row.name for row in host.providers()]
    assert "zinc" in [row.name for row in homes(plugins=True).providers()]
