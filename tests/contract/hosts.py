"""Hosts in temporary homes, closed at the end of their test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from provider_core import Host, Settings

from .shelf_double import Shelf

__all__ = ["Homes", "shelf_sources"]


class Homes:
    """Opens hosts below one folder, without the providers whose place a double may take."""

    def __init__(
        self, folder: Path, stack: ExitStack, *, doubled: tuple[str, ...] = ("registry", "wim")
    ) -> None:
        self.folder = folder
        self._stack = stack
        self._usual = {"plugins": False, "disabled_providers": doubled}

    def __call__(self, *providers: object, name: str = "home", **arguments: Any) -> Host:
        """Open the home *name* with *providers*; settings and Host's arguments by their names."""
        known = set(Settings.__dataclass_fields__)
        settings = {key: value for key, value in arguments.items() if key in known}
        others = {key: value for key, value in arguments.items() if key not in known}
        host = Host(
            self.folder / name,
            providers=providers,
            settings=Settings(**{**self._usual, **settings}),
            **others,
        )
        return self._stack.enter_context(host)


def shelf_sources(host: Host, *names: str, **priorities: int) -> None:
    """Register shelves: *names* in order, or with priorities."""
    for name in names:
        host.add_source(name, f"shelf://{name}", provider="shelf")
    for name, priority in priorities.items():
        host.add_source(name, f"shelf://{name}", provider="shelf", priority=priority)


@pytest.fixture
def homes(tmp_path: Path) -> Iterator[Homes]:
    """Open hosts in homes of this test."""
    with ExitStack() as stack:
        yield Homes(tmp_path, stack)


@pytest.fixture
def shelf() -> Shelf:
    """Return empty shelves."""
    return Shelf()


@pytest.fixture
def host(homes: Homes, shelf: Shelf) -> Host:
    """Return a host with one shelf called ``lab``."""
    opened = homes(shelf)
    shelf_sources(opened, "lab")
    return opened
