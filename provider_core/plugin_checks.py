"""What must be right about a plugin before it is called: names, signatures, its card.

pluggy finds an unknown argument; the rest of what makes a plugin misbehave quietly
(docs/adr/0003-plugin-contract.md) is refused here.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Final

from .hookspecs import CONTRACT, PROJECT, ProviderSpec
from .model import Feature, ProviderInfo

__all__ = ["POLICY_HOOKS", "card_faults", "hooks_of", "policy_faults", "shape_faults"]

POLICY_HOOKS: Final = ("install", "convert", "save", "uninstall")
"""The hooks that a policy may wrap."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def hooks_of(plugin: object) -> dict[str, Mapping[str, object]]:
    """Return the hook implementations of *plugin*: method name → pluggy's options."""
    found: dict[str, Mapping[str, object]] = {}
    for name in dir(plugin):
        if name.startswith("__"):
            continue
        options = getattr(inspect.getattr_static(plugin, name, None), f"{PROJECT}_impl", None)
        if isinstance(options, dict):
            found[name] = options
    return found


def shape_faults(plugin: object) -> Iterator[str]:
    """Yield a sentence for each thing that pluggy, or a dictionary, would take wrongly."""
    if type(plugin).__eq__ is not object.__eq__:
        yield "it defines __eq__ (a dataclass does), so that it cannot be told from an equal one"
    hooks = hooks_of(plugin)
    for name, options in hooks.items():
        if options.get("specname"):
            yield f"{name}() must carry its hook's own name, specname= is not allowed"
        elif not hasattr(ProviderSpec, name):
            yield f"{name}() is not a hook"
        else:
            yield from _argument_faults(plugin, name)
    if isinstance(plugin, ProviderSpec):
        for name in _hook_names():
            overridden = getattr(type(plugin), name) is not getattr(ProviderSpec, name)
            if overridden and name not in hooks:
                yield f"{name}() is not marked with hookimpl"


def policy_faults(plugin: object) -> Iterator[str]:
    """Yield a sentence for each implementation that a plugin without a card may not have."""
    for name, options in hooks_of(plugin).items():
        if not options.get("wrapper"):
            yield f"{name}() is not a wrapper, and there is no provider_info()"
        elif name not in POLICY_HOOKS:
            yield f"{name}() may not be wrapped, only {', '.join(POLICY_HOOKS)}"


def card_faults(plugin: object, info: object) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong with a provider and its `provider_info`."""
    if not isinstance(info, ProviderInfo):
        yield f"provider_info() returned {type(info).__name__}, not ProviderInfo"
        return
    if not _NAME.fullmatch(info.name):
        yield f"the name {info.name!r} is not lower-case letters, digits and hyphens"
    if info.contract > CONTRACT:
        yield f"it needs contract {info.contract}, this host has {CONTRACT}"
    hooks = hooks_of(plugin)
    for name, options in hooks.items():
        if options.get("wrapper") or options.get("hookwrapper"):
            yield f"{name}() is a wrapper, which only a policy may have"
    for feature in Feature:
        if feature in info.features and feature.value not in hooks:
            yield f"it declares {feature.name} but has no {feature.value}()"
        if feature not in info.features and feature.value in hooks:
            yield f"it has {feature.value}() but does not declare {feature.name}"


def _argument_faults(plugin: object, name: str) -> Iterator[str]:
    for parameter in inspect.signature(getattr(plugin, name)).parameters.values():
        if parameter.default is not parameter.empty:
            yield f"{name}() gives a default to {parameter.name!r}; it would never be filled"
        elif parameter.kind is parameter.KEYWORD_ONLY:
            yield f"{name}() makes {parameter.name!r} keyword-only; it would never be filled"


def _hook_names() -> Iterator[str]:
    for name, member in vars(ProviderSpec).items():
        if hasattr(member, f"{PROJECT}_spec"):
            yield name
