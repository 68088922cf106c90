"""Options of providers: one that none of them has is a slip, not silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_core import Host, Wishes
from provider_core.errors import UsageError

from .hosts import Homes
from .shelf_double import Shelf, image_of
from .windows_double import WindowsDouble, wim_bytes


@pytest.fixture
def windows(homes: Homes, shelf: Shelf) -> Host:
    """Return a host with a provider that has options."""
    shelf.put("lab", "app", "1", image_of("app"))
    host = homes(WindowsDouble(), shelf)
    host.add_source("lab", "shelf://lab")
    return host


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kep-original": True}, "kep-original"),
        ({"index": "first"}, "index"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_slip_is_told_before_anything_happens(
    windows: Host, shelf: Shelf, tmp_path: Path, options: dict[str, object], words: str
) -> None:
    wishes = Wishes(options=options)
    with pytest.raises(UsageError, match=words):
        windows.install("app", wishes=wishes)
    with pytest.raises(UsageError, match=words):
        windows.save("app", to=str(tmp_path / "x.tar"), wishes=wishes)
    with pytest.raises(UsageError):
        windows.find("app", wishes=wishes)
    assert shelf.asked == []


def test_an_option_of_a_source_is_checked_when_it_is_added(windows: Host) -> None:
    with pytest.raises(UsageError, match="shade"):
        windows.add_source("other", "shelf://other", options={"shade": "dark"})
    source = windows.add_source("other", "shelf://other", options={"colour": "red"})
    assert source.options == {"colour": "red"}


def test_an_option_reaches_the_provider(windows: Host, tmp_path: Path) -> None:
    path = tmp_path / "two.wim"
    path.write_bytes(wim_bytes(("Nano", "1.0", b"n"), ("Core", "1.0", b"c")))
    plan = windows.plan_install(str(path), wishes=Wishes(options={"index": "2"}))
    assert [step.package.name for step in plan.steps] == ["Core"]
