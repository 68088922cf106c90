"""A package-provider framework whose packages are container images.

`Host` is the library's face; `ProviderSpec`, `SimpleProvider` and `hookimpl` are for authors of
providers; values are in `provider_core.model`, errors in `provider_core.errors`, and what
authors test with in `provider_core.testing`.  Everything here is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .lazy import lazy_names

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
        Finding,
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

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "cancel": ("CancelToken",),
        "context": ("Context",),
        "digests": ("Digest",),
        "errors": ("Error",),
        "hookspecs": (
            "ProviderSpec",
            "hookimpl",
        ),
        "model": (
            "Content",
            "Contents",
            "Destination",
            "Feature",
            "FileMark",
            "FileStamp",
            "FindResult",
            "Finding",
            "Held",
            "Installed",
            "Magic",
            "OptionSpec",
            "OptionType",
            "Package",
            "PackageId",
            "Parent",
            "Plan",
            "ProviderInfo",
            "Query",
            "Requirement",
            "Saved",
            "Snapshot",
            "Source",
            "Step",
            "Trust",
            "Verb",
        ),
        "operations": (
            "Host",
            "Wishes",
        ),
        "platforms": (
            "Platform",
            "PlatformSet",
        ),
        "references": (
            "Name",
            "parse_reference",
        ),
        "settings": ("Settings",),
        "simple_provider": ("SimpleProvider",),
        "versions": (
            "Version",
            "VersionRange",
        ),
    },
)

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
    "Finding",
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
