"""Signed feeds: read and installed as a source, written as a destination, published by commands.

* The hooks are in `provider`: FeedProvider.
* `ferry feed …` and `ferry key …` are in `commands`, a module a command.
* `courier` is the key of a home that signs its bundles.

Everything is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provider_core.lazy import lazy_names

if TYPE_CHECKING:
    from .courier import COURIER, courier_roots, courier_signer
    from .provider import FeedProvider

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "courier": ("COURIER", "courier_roots", "courier_signer"),
        "provider": ("FeedProvider",),
    },
)

__all__ = ["COURIER", "FeedProvider", "courier_roots", "courier_signer"]
