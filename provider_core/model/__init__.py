"""The values that travel through ferry: frozen, slotted, keyword-only, without secrets.

One file a topic: `pins` (what a package is, byte for byte), `packages` (what sources offer),
`sources`, `providers` (what plugins say of themselves), `contents` (what a provider poured),
`images` (what is installed), `plans` (what will be done), `findings` (of `ferry doctor`).  `codec`
turns them into JSON and back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy import lazy_names

if TYPE_CHECKING:
    from .contents import Content, Contents, Held, Saved, Snapshot
    from .findings import Finding
    from .found import Found, SearchResult
    from .images import Hold, ImageKey, Installed, Tag
    from .packages import FindResult, Package, PackageId, Parent, Query, Requirement
    from .pins import FileMark, FileStamp, Pin, pin_key, same_pin
    from .plans import Action, Plan, Step
    from .providers import Destination, Feature, Magic, OptionSpec, OptionType, ProviderInfo, Verb
    from .sources import Source, Trust
    from .verdicts import Verdict
    from .withdrawals import Withdrawal

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "contents": (
            "Content",
            "Contents",
            "Held",
            "Saved",
            "Snapshot",
        ),
        "found": (
            "Found",
            "SearchResult",
        ),
        "findings": ("Finding",),
        "images": (
            "Hold",
            "ImageKey",
            "Installed",
            "Tag",
        ),
        "packages": (
            "FindResult",
            "Package",
            "PackageId",
            "Parent",
            "Query",
            "Requirement",
        ),
        "pins": (
            "FileMark",
            "FileStamp",
            "Pin",
            "pin_key",
            "same_pin",
        ),
        "plans": (
            "Action",
            "Plan",
            "Step",
        ),
        "providers": (
            "Destination",
            "Feature",
            "Magic",
            "OptionSpec",
            "OptionType",
            "ProviderInfo",
            "Verb",
            "Verdict",
        ),
        "sources": (
            "Source",
            "Trust",
        ),
        "verdicts": ("Verdict",),
        "withdrawals": ("Withdrawal",),
    },
)

__all__ = [
    "Action",
    "Content",
    "Contents",
    "Destination",
    "Feature",
    "FileMark",
    "FileStamp",
    "FindResult",
    "Finding",
    "Found",
    "Held",
    "Hold",
    "ImageKey",
    "Installed",
    "Magic",
    "OptionSpec",
    "OptionType",
    "Package",
    "PackageId",
    "Parent",
    "Pin",
    "Plan",
    "ProviderInfo",
    "Query",
    "Requirement",
    "Saved",
    "SearchResult",
    "Snapshot",
    "Source",
    "Step",
    "Tag",
    "Trust",
    "Verb",
    "Verdict",
    "Withdrawal",
    "pin_key",
    "same_pin",
]
