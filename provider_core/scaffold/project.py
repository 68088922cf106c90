"""Templates to files, without ever overwriting one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final, Self

from ..errors import Exists, StoreError, UsageError

__all__ = ["ProjectNames", "write_project"]

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 40
_FILES: Final = {
    "pyproject.toml": "pyproject.toml",
    "setup.cfg": "setup.cfg",
    "readme.md": "README.md",
    "gitignore": ".gitignore",
    "init.py": "src/$package/__init__.py",
    "provider.py": "src/$package/provider.py",
    "shelf.py": "src/$package/shelf.py",
    "py.typed": "src/$package/py.typed",
    "test_provider.py": "tests/test_provider.py",
    "test_shelf.py": "tests/test_shelf.py",
    "conftest.py": "tests/conftest.py",
}
"""Template (``templates/NAME.txt``) → where its text goes in the project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectNames:
    """What a new provider and its parts are called."""

    name: str
    """The provider: 'acme-tapes'."""
    distribution: str
    """What pip installs: 'imageferry-acme-tapes'."""
    package: str
    """What Python imports: 'provider_acme_tapes'."""
    kind: str
    """Its class: 'AcmeTapesProvider'."""

    @classmethod
    def of(cls, name: str) -> Self:
        """Derive the others from the provider's name; UsageError if that is not one."""
        if not _NAME.fullmatch(name) or len(name) > _LONGEST:
            raise UsageError(
                f"{name!r} cannot be a provider's name",
                hint=f"at most {_LONGEST} lower-case letters, digits and single hyphens: acme-2",
                name=name,
            )
        words = name.split("-")
        return cls(
            name=name,
            distribution=f"imageferry-{name}",
            package=f"provider_{'_'.join(words)}",
            kind="".join(word.capitalize() for word in words) + "Provider",
        )


def write_project(names: ProjectNames, folder: Path) -> tuple[Path, ...]:
    """Write the project of a new provider to *folder*; the files, in the order written.

    Raises Exists if there is anything in *folder*, StoreError if it cannot be written.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise Exists(str(folder), hint="name a folder that does not exist yet with --to")
        return tuple(_write(names, folder))
    except OSError as error:
        raise StoreError(
            f"{error.filename or folder} cannot be written: {error.strerror}",
            hint="name another folder with --to",
            path=str(folder),
        ) from error


def _write(names: ProjectNames, folder: Path) -> Iterator[Path]:
    templates = files(__package__) / "templates"
    values = {
        "name": names.name,
        "distribution": names.distribution,
        "package": names.package,
        "kind": names.kind,
    }
    for template, place in _FILES.items():
        text = (templates / f"{template}.txt").read_text(encoding="utf-8")
        path = folder / Template(place).substitute(values)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(Template(text).substitute(values))
        yield path
