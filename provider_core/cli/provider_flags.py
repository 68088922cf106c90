"""Options of providers as flags: ``--index 2`` is ``-o index=2`` for whoever has that option.

Which options there are is known only when the plugins are loaded, so that is done where a flag
is met that the command itself does not have, and for its help page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar

import click

from ..errors import UsageError
from .common import FerryCommand, hear, write_options
from .invocation import Invocation

if TYPE_CHECKING:
    from ..model import OptionSpec

__all__ = ["ProviderFlags", "provider_command"]

Specs = Mapping[str, "OptionSpec"]


class ProviderFlags(FerryCommand):
    """A command whose verb has options of providers."""

    verbs: ClassVar[tuple[str, ...]] = ()
    """Values of `Verb`: those whose options are flags here."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the flags that are providers' as ``--option NAME=VALUE``, then parse as ever."""
        own = _names(self.get_params(ctx))
        if not ctx.resilient_parsing and any(_is_foreign(arg, own) for arg in _flags_in(args)):
            specs = {
                spec.name: spec for options in self._options(ctx, args).values() for spec in options
            }
            args = list(_translated(args, own, specs))
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options of providers between the command's own and the common ones."""
        own = _names(self.get_params(ctx))
        providers = {
            f"Options of the provider {provider}": [
                *dict.fromkeys(_record(spec) for spec in specs if f"--{spec.name}" not in own)
            ]
            for provider, specs in self._options(ctx, []).items()
        }
        write_options(self, ctx, formatter, providers)

    def _options(self, ctx: click.Context, args: list[str]) -> Mapping[str, tuple[OptionSpec, ...]]:
        from ..model import Verb

        invocation = ctx.find_object(Invocation) or Invocation()
        parser = self.make_parser(ctx)
        parser.ignore_unknown_options = True
        given, _, _ = parser.parse_args([arg for arg in args if arg not in ("-h", "--help")])
        heard = invocation.scratch()
        for parameter in self.get_params(ctx):
            if parameter.name in given:
                hear(heard, parameter, given[parameter.name])
        with heard.host() as host:
            return host.provider_options(*(Verb(verb) for verb in self.verbs))


def provider_command(*, name: str, verbs: tuple[str, ...]) -> Callable[..., click.Command]:
    """Return the decorator of a command that takes the options of providers for *verbs* as flags.

    The command itself has `flags.options_flag`, which is where their values arrive.
    """
    kind = type("ProviderFlagsCommand", (ProviderFlags,), {"verbs": verbs})
    return click.command(name, cls=kind)


def _names(params: list[click.Parameter]) -> set[str]:
    return {name for one in params for name in (*one.opts, *one.secondary_opts)}


def _flags_in(args: list[str]) -> list[str]:
    return args[: args.index("--")] if "--" in args else args


def _is_foreign(arg: str, own: set[str]) -> bool:
    return arg.startswith("--") and len(arg) > 2 and arg.partition("=")[0] not in own


def _translated(args: list[str], own: set[str], specs: Specs) -> Iterator[str]:
    """Yield *args* with every flag of *specs* as ``--option NAME=VALUE``."""
    rest = iter(args)
    for arg in rest:
        if arg == "--":
            yield arg
            break
        flag, mark, value = arg.partition("=")
        spec = _spec_of(flag, specs) if _is_foreign(arg, own) else None
        if spec is None:
            yield arg
        elif _is_switch(spec):
            yield f"--option={spec.name}={_switched(flag, spec, mark, value)}"
        else:
            yield f"--option={spec.name}={value if mark else _following(rest, flag)}"
    yield from rest


def _spec_of(flag: str, specs: Specs) -> OptionSpec | None:
    name = flag.removeprefix("--")
    found = specs.get(name)
    if found is None and name.startswith("no-"):
        found = specs.get(name.removeprefix("no-"))
        return found if found is not None and _is_switch(found) else None
    return found


def _is_switch(spec: OptionSpec) -> bool:
    return spec.type.value == "flag"


def _switched(flag: str, spec: OptionSpec, mark: str, value: str) -> str:
    if mark:
        raise UsageError(f"{flag} takes no value, but was given {value!r}", hint=f"say {flag}")
    return "true" if flag == f"--{spec.name}" else "false"


def _following(rest: Iterator[str], flag: str) -> str:
    value = next(rest, None)
    if value is None:
        raise UsageError(f"{flag} takes a value", hint=f"write {flag} VALUE", option=flag)
    return value


def _record(spec: OptionSpec) -> tuple[str, str]:
    again = "; may be repeated" if spec.multiple else ""
    if _is_switch(spec):
        return f"--{spec.name} / --no-{spec.name}", spec.help
    metavar = "|".join(spec.choices) or spec.type.value.upper()
    return f"--{spec.name} {metavar}", f"{spec.help}{again}"
