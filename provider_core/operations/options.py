"""Checking what the user gave against what a provider said it understands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..model import OptionSpec, OptionType, Verb

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["check_options", "check_wishes"]


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
        _check_value(spec, value)


def check_wishes(resources: Resources, options: Mapping[str, object], *verbs: Verb) -> None:
    """Raise UsageError for an option that no provider has for *verbs*, or a value none takes.

    Which providers take part is known later; an option that none could know is a slip now.
    """
    if not options:
        return
    specs = [
        spec
        for loaded in resources.plugins.providers()
        for spec in loaded.options
        if spec.verb in verbs
    ]
    for name, value in options.items():
        fitting = [spec for spec in specs if spec.name == name]
        if not fitting:
            known = ", ".join(sorted({spec.name for spec in specs}))
            raise UsageError(
                f"no provider has an option {name!r} for this",
                hint=f"there are: {known or 'none'}",
                option=name,
            )
        _check_any(fitting, value)


def _check_any(specs: Sequence[OptionSpec], value: object) -> None:
    """Raise what is wrong with *value* unless one of *specs* takes it."""
    faults = []
    for spec in specs:
        try:
            _check_value(spec, value)
        except UsageError as error:
            faults.append(error)
    if len(faults) == len(specs):
        raise faults[0]


def _check_value(spec: OptionSpec, value: object) -> None:
    if spec.type is OptionType.CHOICE and value not in spec.choices:
        raise UsageError(
            f"the option {spec.name!r} cannot be {value!r}", hint=f"use {', '.join(spec.choices)}"
        )
    if spec.type is OptionType.NUMBER and not str(value).isdecimal():
        raise UsageError(
            f"the option {spec.name!r} must be a number, not {value!r}", hint="write digits only"
        )
