"""Checking what the user gave against what a provider said it understands."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import UsageError
from ..model import OptionSpec, OptionType, Verb

__all__ = ["check_options"]


def check_options(
    specs: tuple[OptionSpec, ...], given: Mapping[str, object], verb: Verb, provider: str
) -> None:
    """Raise UsageError for an option that *provider* does not have for *verb*, or a bad value."""
    known = {spec.name: spec for spec in specs if spec.verb is verb}
    for name, value in given.items():
        spec = known.get(name)
        if spec is None:
            raise UsageError(
                f"the provider {provider!r} has no {verb.value} option {name!r}",
                hint=f"it has: {', '.join(sorted(known)) or 'none'}",
                option=name,
            )
        if spec.type is OptionType.CHOICE and value not in spec.choices:
            raise UsageError(
                f"the option {name!r} cannot be {value!r}", hint=f"use {', '.join(spec.choices)}"
            )
        if spec.type is OptionType.NUMBER and not str(value).isdecimal():
            raise UsageError(f"the option {name!r} must be a number, not {value!r}", hint="")
