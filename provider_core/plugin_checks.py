"""What must be right about a plugin before it is called: names, signatures, its card.

pluggy finds a misspelt hook and an unknown argument; the rest of what makes it misbehave
quietly (docs/adr/0003-plugin-contract.md) is refused here.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping

from .hookspecs import CONTRACT, PROJECT, ProviderSpec
from .model import Feature, ProviderInfo

__all__ = ["card_faults", "hooks_of", "signature_faults"]

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def hooks_of(plugin: object) -> dict[str, Mapping[str, object]]:
    """Return the hook implementations of *plugin*: method name → pluggy's options."""
    found: dict[str, Mapping[str, object]] = {}
    for name in dir(plugin):
        if name.startswith("__"):
            continue
        options = getattr(inspect.getattr_static(plugin, name), f"{PROJECT}_impl", None)
        if isinstance(options, dict):
            found[name] = options
    return found


def signature_faults(plugin: object) -> Iterator[str]:
    """Yield a sentence for each implementation that pluggy would call wrongly."""
    for name, options in hooks_of(plugin).items():
        if options.get("specname"):
            yield f"{name}() must carry its hook's own name, specname= is not allowed"
            continue
        for parameter in inspect.signature(getattr(plugin, name)).parameters.values():
            if parameter.default is not parameter.empty:
                yield f"{name}() gives a default to {parameter.name!r}; it would never be filled"
            elif parameter.kind is parameter.KEYWORD_ONLY:
                yield f"{name}() makes {parameter.name!r} keyword-only; it would never be filled"


def card_faults(plugin: object, info: object) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong with the answer of `provider_info`."""
    if not isinstance(info, ProviderInfo):
        yield f"provider_info() returned {type(info).__name__}, not ProviderInfo"
        return
    if not _NAME.fullmatch(info.name):
        yield f"the name {info.name!r} is not lower-case letters, digits and hyphens"
    if info.contract > CONTRACT:
        yield f"it needs contract {info.contract}, this host has {CONTRACT}"
    hooks = set(hooks_of(plugin))
    for feature in Feature:
        if feature in info.features and feature.value not in hooks:
            yield f"it declares {feature.name} but has no {feature.value}()"
        if feature not in info.features and feature.value in hooks:
            yield f"it has {feature.value}() but does not declare {feature.name}"


def unknown_hooks(plugin: object) -> list[str]:
    """Return the names of implementations that no hook has."""
    return [name for name in hooks_of(plugin) if not hasattr(ProviderSpec, name)]
