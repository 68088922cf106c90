"""The policy: who may be installed from."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

from provider_core import Package, hookimpl
from provider_core.errors import Untrusted

__all__ = ["LIST", "PublisherPolicy"]

LIST = Path("/etc/imageferry/publishers.txt")


class PublisherPolicy:
    """Stands around `install` of every provider."""

    name = "publishers"

    def __init__(self, path: Path = LIST) -> None:
        self._path = path

    @hookimpl(wrapper=True)
    def install(self, package: Package) -> Generator[None, Any, Any]:
        """Refuse a package before its provider is asked for the first byte."""
        if package.publisher not in self._publishers():
            publisher = repr(package.publisher) if package.publisher else "nobody in particular"
            raise Untrusted(
                f"{package} is published by {publisher}, which this host does not install",
                hint=f"{self._path} lists the publishers that may be installed",
                package=str(package),
                publisher=package.publisher,
            )
        return (yield)

    def _publishers(self) -> frozenset[str]:
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise Untrusted(
                f"nothing may be installed, since {self._path} cannot be read: {error}",
                hint="write a publisher's name on each line of it",
                path=str(self._path),
            ) from error
        return frozenset(line.strip() for line in lines if not line.lstrip().startswith("#"))
