"""A package-provider framework whose packages are container images.

`Host` is the library's face; `ProviderSpec`, `SimpleProvider` and `hookimpl` are for authors of
providers; values are in `provider_core.model`, errors in `provider_core.errors`, and what
authors test with in `provider_core.testing`.  Everything here is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cancel import CancelToken
    from .context import Context
    from .digests import Digest
    from .errors import Error
    from .hookspecs import ProviderSpec, hookimpl
    from .model import (
        Content,
        Contents,
        Destination,
        Feature,
        FileMark,
        FileStamp,
        FindResult,
        Held,
        Installed,
        Magic,
        OptionSpec,
        OptionType,
        Package,
        PackageId,
        Parent,
        Plan,
        ProviderInfo,
        Query,
        Requirement,
        Saved,
        Snapshot,
        Source,
        Step,
        Trust,
        Verb,
    )
    from .operations import Host, Wishes
    from .platforms import Platform, PlatformSet
    from .references import Name, parse_reference
    from .settings import Settings
    from .simple_provider import SimpleProvider
    from .versions import Version, VersionRange

_HOME = {
    "CancelToken": "cancel",
    "Context": "context",
    "Digest": "digests",
    "Error": "errors",
    "ProviderSpec": "hookspecs",
    "hookimpl": "hookspecs",
    "Host": "operations",
    "Wishes": "operations",
    "Platform": "platforms",
    "PlatformSet": "platforms",
    "Name": "references",
    "parse_reference": "references",
    "Settings": "settings",
    "SimpleProvider": "simple_provider",
    "Version": "versions",
    "VersionRange": "versions",
}
"""Public name → the module it lives in; names that are not here live in `model`."""

__all__ = [
    "CancelToken",
    "Content",
    "Contents",
    "Context",
    "Destination",
    "Digest",
    "Error",
    "Feature",
    "FileMark",
    "FileStamp",
    "FindResult",
    "Held",
    "Host",
    "Installed",
    "Magic",
    "Name",
    "OptionSpec",
    "OptionType",
    "Package",
    "PackageId",
    "Parent",
    "Plan",
    "Platform",
    "PlatformSet",
    "ProviderInfo",
    "ProviderSpec",
    "Query",
    "Requirement",
    "Saved",
    "Settings",
    "SimpleProvider",
    "Snapshot",
    "Source",
    "Step",
    "Trust",
    "Verb",
    "Version",
    "VersionRange",
    "Wishes",
    "hookimpl",
    "parse_reference",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME.get(name, 'model')}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted((*globals(), *__all__))
