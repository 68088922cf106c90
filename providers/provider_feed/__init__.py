"""Signed feeds: read and installed as a source, written as a destination, published by commands.

* The hooks are in `provider`, which comes with the feed's side of the plugin contract.
* `ferry feed …` and `ferry key …` are in `commands`, a module a command.
* `courier` is the key of a home that signs its bundles.

Everything is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provider_core.lazy import lazy_names

if TYPE_CHECKING:
    from .courier import COURIER, courier_roots, courier_signer

__getattr__, __dir__ = lazy_names(
    __name__, {"courier": ("COURIER", "courier_roots", "courier_signer")}
)

__all__ = ["COURIER", "courier_roots", "courier_signer"]
