"""What the user gave, checked and read as a provider said it understands it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..errors import UsageError
from ..model import OptionSpec, OptionType, Verb

if TYPE_CHECKING:
    from .resources import Resources

__all__ = [
    "check_destination",
    "check_known",
    "check_options",
    "check_wishes",
    "options_for",
    "typed_options",
]


def typed_options(
    specs: Sequence[OptionSpec], given: Mapping[str, object], verb: Verb
) -> dict[str, Any]:
    """Return those of *given* that *specs* know for *verb*, each as what it is.

    A FLAG becomes a bool, a NUMBER an int, a PATH its absolute text; a CHOICE is one of its
    choices.  A ``multiple`` option becomes a tuple, given once or often; a source keeps its
    values as lines of one text.  Raises UsageError for a value that its option cannot have, or
    that is given more than once.
    """
    known = {spec.name: spec for spec in specs if spec.verb is verb}
    return {name: _typed(known[name], value) for name, value in given.items() if name in known}


def check_options(
    specs: tuple[OptionSpec, ...], given: Mapping[str, object], verb: Verb, provider: str
) -> None:
    """Raise UsageError for an option that *provider* does not have for *verb*, or a bad value."""
    check_known(specs, given, verb, provider)
    typed_options(specs, given, verb)


def check_known(
    specs: tuple[OptionSpec, ...], names: Iterable[str], verb: Verb, provider: str
) -> None:
    """Raise UsageError for a name of no option that *provider* has for *verb*."""
    known = sorted(spec.name for spec in specs if spec.verb is verb)
    for name in names:
        if name not in known:
            raise UsageError(
                f"the provider {provider!r} has no {verb.value} option {name!r}",
                hint=f"it has: {', '.join(known) or 'none'}",
                option=name,
            )


def options_for(resources: Resources, verbs: Iterable[Verb]) -> dict[str, tuple[OptionSpec, ...]]:
    """Return the options for *verbs*, by the name of the provider that has them."""
    wanted = frozenset(verbs)
    found = {
        loaded.info.name: tuple(spec for spec in loaded.options if spec.verb in wanted)
        for loaded in resources.plugins.providers()
    }
    return {name: specs for name, specs in found.items() if specs}


def check_wishes(resources: Resources, options: Mapping[str, object], *verbs: Verb) -> None:
    """Raise UsageError for an option that no provider has for *verbs*, or a value none takes.

    Which providers take part is known later; an option that none could know is a slip now.
    """
    if not options:
        return
    specs = [spec for options in options_for(resources, verbs).values() for spec in options]
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


def check_destination(resources: Resources, options: Mapping[str, object], provider: str) -> None:
    """Raise UsageError for an option of `save` that *provider*, which writes, does not have.

    Others have it, so that it would be ignored: a whole archive in the place of a delta.
    """
    of_save = options_for(resources, [Verb.SAVE])
    of_install = options_for(resources, [Verb.INSTALL]).values()
    usable = {spec.name for specs in (*of_install, of_save.get(provider, ())) for spec in specs}
    for name in options:
        owners = [it for it, specs in of_save.items() if name in {spec.name for spec in specs}]
        if owners and name not in usable:
            raise UsageError(
                f"the provider {provider!r}, which writes there, has no option {name!r}",
                hint=f"leave it out, or save to what {' or '.join(map(repr, owners))} writes",
                option=name,
            )


def _check_any(specs: Sequence[OptionSpec], value: object) -> None:
    """Raise what is wrong with *value* unless one of *specs* takes it."""
    faults = []
    for spec in specs:
        try:
            _typed(spec, value)
        except UsageError as error:
            faults.append(error)
    if len(faults) == len(specs):
        raise faults[0]


def _typed(spec: OptionSpec, value: object) -> Any:
    if spec.multiple and isinstance(value, str):
        value = value.split("\n")
    values = list(value) if isinstance(value, list | tuple) else [value]
    if spec.multiple:
        return tuple(_one(spec, one) for one in values)
    if len(values) != 1:
        raise UsageError(f"the option {spec.name!r} is given more than once", hint="say it once")
    return _one(spec, values[0])


def _one(spec: OptionSpec, value: object) -> Any:
    try:
        return _READ[spec.type](spec, value)
    except (ValueError, RuntimeError) as error:  # the latter from ~nobody
        raise UsageError(
            f"the option {spec.name!r} cannot be {value!r}", hint=str(error), option=spec.name
        ) from error


def _text(spec: OptionSpec, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("give a text")
    return value


def _number(spec: OptionSpec, value: object) -> int:
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdecimal()):
        raise ValueError("write digits only")
    return int(text)


def _flag(spec: OptionSpec, value: object) -> bool:
    text = str(value).lower()
    if text not in ("true", "false"):
        raise ValueError("write true or false")
    return text == "true"


def _path(spec: OptionSpec, value: object) -> str:
    if not isinstance(value, str | Path) or not str(value):
        raise ValueError("give a path")
    text = os.path.expanduser(str(value))
    if text.startswith("~"):
        raise ValueError("nobody here has that home; a file of that name is ./~…")
    return str(Path(text).absolute())


def _choice(spec: OptionSpec, value: object) -> str:
    if value not in spec.choices:
        raise ValueError(f"use {', '.join(spec.choices)}")
    return str(value)


_READ: Final[Mapping[OptionType, Callable[[OptionSpec, object], Any]]] = {
    OptionType.TEXT: _text,
    OptionType.NUMBER: _number,
    OptionType.FLAG: _flag,
    OptionType.PATH: _path,
    OptionType.CHOICE: _choice,
}
