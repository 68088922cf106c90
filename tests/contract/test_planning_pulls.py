"""A plan says what is known of pulls and bytes, what is left, and what will not do."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provider_core import Contents, Host, Package
from provider_core.cli.plan_table import show_plan
from provider_core.cli.render import Output
from provider_core.context import Context
from provider_core.hookspecs import hookimpl
from provider_core.model import Plan
from provider_core.oci import Descriptor
from provider_core.store import Reader

from .hosts import Homes
from .shelf_double import Shelf, image_of
from .windows_double import WindowsDouble, wim_bytes


class Metered(Shelf):
    """Shelves that count what is taken from them."""

    left: int | None = 1
    exact = False

    @hookimpl
    def contents(self, package: Package, reader: Reader, context: Context) -> Contents | None:
        """Know the root alone."""
        assert isinstance(package.pin, Descriptor)
        return Contents(descriptors=(package.pin,), pulls=1, pulls_left=self.left, exact=self.exact)


@pytest.fixture
def metered() -> Metered:
    """Return shelves with two images, whose sizes are said."""
    shelf = Metered()
    for name in ("one", "two"):
        shelf.put("lab", name, "1", image_of(name), size=5000)
    return shelf


@pytest.fixture
def opened(homes: Homes, metered: Metered) -> Host:
    """Return a host with them."""
    host = homes(metered)
    host.add_source("lab", "shelf://lab", provider="shelf")
    return host


def _told(*plans: Plan, capsys: pytest.CaptureFixture[str]) -> list[str]:
    show_plan(Output(), *plans)
    return capsys.readouterr().err.splitlines()


def test_a_file_for_another_platform_says_which(
    homes: Homes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nano.wim"
    path.write_bytes(wim_bytes(("NanoServer", "10.0.10586.0", b"nano")))
    show_plan(Output(), homes(WindowsDouble()).plan_install(str(path)))
    assert "windows(10.0.10586.0)/amd64" in capsys.readouterr().out


def test_what_is_not_known_is_at_most_what_the_source_says(opened: Host) -> None:
    plan = opened.plan_install("one", "two")
    assert (plan.pulls, plan.pulls_left, plan.exact, plan.fetch) == (2, 1, False, 10_000)
    assert plan.lacks_pulls
    assert not opened.plan_install("one").lacks_pulls


def test_the_totals_are_told(opened: Host, capsys: pytest.CaptureFixture[str]) -> None:
    first, second, third = _told(opened.plan_install("one", "two"), capsys=capsys)
    assert re.fullmatch(
        r"2 images: at most 10 kB to fetch, 0 B here; 10 kB needed, .* free on the disk", first
    )
    assert second == "2 pulls needed, 1 left"
    assert "more than is left" in third


def test_what_nobody_has_sized_is_no_upper_bound(
    opened: Host, metered: Metered, capsys: pytest.CaptureFixture[str]
) -> None:
    root = metered.put("lab", "three", "1", image_of("three")).pin
    assert isinstance(root, Descriptor)
    plan = opened.plan_install("one", "three")
    assert [step.bounded for step in plan.steps] == [True, False]
    assert (plan.bounded, plan.fetch) == (False, 5000 + root.size)
    show_plan(Output(), plan)
    shown = capsys.readouterr()
    assert f">= {root.size} B" in shown.out
    assert "2 images: more than 5" in shown.err


@pytest.mark.parametrize(
    ("left", "line"),
    [(100, "1 pull needed, 100 left"), (None, "1 pull needed, not limited as far as is known")],
)
def test_pulls_that_will_do(
    opened: Host,
    metered: Metered,
    capsys: pytest.CaptureFixture[str],
    left: int | None,
    line: str,
) -> None:
    metered.left = left
    assert _told(opened.plan_install("one"), capsys=capsys)[1:] == [line]


def test_what_is_here_spends_nothing(opened: Host) -> None:
    opened.install("one")
    plan = opened.plan_install("one")
    assert (plan.pulls, plan.pulls_left, plan.fetch) == (0, None, 0)


def test_sources_limits_are_their_own(homes: Homes, metered: Metered, tmp_path: Path) -> None:
    metered.put("far", "three", "1", image_of("three"))
    host = homes(metered, name="other")
    host.add_source("lab", "shelf://lab", provider="shelf")
    host.add_source("far", "shelf://far", provider="shelf")
    plan = host.plan_install("one", "three")
    assert plan.pulls == 2
    assert not plan.lacks_pulls


def test_json_has_them(opened: Host, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    show_plan(Output(json=True), opened.plan_install("one"))
    *steps, totals = map(json.loads, capsys.readouterr().out.splitlines())
    wanted: dict[str, Any] = {"pulls": 1, "pulls_left": 1, "here": 0, "fetch": 5000}
    assert {name: totals[name] for name in wanted} == wanted
    assert steps[0]["pulls_left"] == 1


def test_an_empty_plan_needs_nothing(opened: Host) -> None:
    plan = replace(opened.plan_install("one"), steps=())
    assert (plan.pulls_left, plan.lacks_pulls, plan.here, plan.exact) == (None, False, 0, True)
