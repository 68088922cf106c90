"""Where plugins come from: installed entry points, the home's folder, named files, instances.

Never the current directory, never a feed.  Nothing is imported here before `Candidate.load`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from .digests import Digest
from .disk.owners import require_own
from .errors import NoSuchFile, UsageError
from .provider_folders import provider_folders

__all__ = ["POLICY_GROUP", "PROVIDER_GROUP", "Candidate", "from_files", "from_groups", "from_home"]

PROVIDER_GROUP = "provider_core.providers"
"""Entry points of providers; the entry point is called as the provider calls itself."""
POLICY_GROUP = "provider_core.policies"
"""Entry points of plugins that only wrap hooks: policy, audit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A plugin that could be loaded."""

    name: str
    """The entry point's name, or the file's stem."""
    origin: str
    """Distribution and version, or the path; for `ferry provider list`."""
    policy: bool
    """Whether it only wraps hooks."""
    load: Callable[[], object]
    """Imports it; may raise anything."""
    location: str = ""
    """The folder that its distribution lies in; '' if that is not known."""
    fleeting: bool = False
    """Whether it comes from a file or a program, with no version to recognise it by."""


def from_groups() -> Iterator[Candidate]:
    """Yield every installed plugin, in a stable order."""
    for group in (PROVIDER_GROUP, POLICY_GROUP):
        for entry in sorted(entry_points(group=group), key=lambda entry: (entry.name, entry.value)):
            yield Candidate(
                name=entry.name,
                origin=_distribution(entry),
                location=str(entry.dist.locate_file("")) if entry.dist else "",
                policy=group == POLICY_GROUP,
                load=entry.load,
            )


def from_home(folder: Path) -> None:
    """Make distributions below ``home/providers/*`` importable, after site-packages.

    Raises StoreError if others could have put one there.
    """
    for one in provider_folders(folder):
        if str(one.path) not in sys.path:
            require_own(folder.parent, folder, one.path)
            sys.path.append(str(one.path))


def from_files(paths: Iterable[Path]) -> Iterator[Candidate]:
    """Yield a candidate for each Python file that the user named."""
    for path in paths:
        if not path.is_file():
            raise NoSuchFile(path)
        if path.suffix != ".py":
            raise UsageError(f"{path} is not a Python file", hint="name one .py file")
        yield Candidate(
            name=path.stem,
            origin=str(path),
            policy=False,
            load=lambda path=path: _module(path),  # type: ignore[misc]
            fleeting=True,
        )


def _distribution(entry: EntryPoint) -> str:
    if entry.dist is None:
        return entry.value
    return f"{entry.dist.metadata['Name']} {entry.dist.version}"


def _module(path: Path) -> object:
    name = f"_ferry_provider_{path.stem}_{Digest.of(bytes(path.absolute())).short}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} cannot be imported", hint="name one .py file")
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up there
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return _plugin_of(module)


def _plugin_of(module: object) -> object:
    """Return the module's `provider` (a class or an instance), or the module itself."""
    return getattr(module, "provider", module)
