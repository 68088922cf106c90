"""What every command has: the common flags, and a help page that keeps them apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from .invocation import Invocation
from .parameter_types import SECONDS

__all__ = ["FerryCommand", "common_options", "ferry_command", "hear", "write_options"]


class _CommonOption(click.Option):
    """A flag that is heard before and after the command's name."""

    def __init__(self, *names: str, **arguments: Any) -> None:
        super().__init__(list(names), expose_value=False, callback=_note, **arguments)


def common_options() -> list[click.Parameter]:
    """Return the common flags, made anew; `Invocation.flags` takes what they are given."""
    return [
        _CommonOption("--json", is_flag=True, help="Print one JSON object a line."),
        _CommonOption(
            "--home", metavar="DIR", help="The home to use (else FERRY_HOME, else the user's)."
        ),
        _CommonOption("--system", is_flag=True, help="Use this machine's home."),
        _CommonOption("--offline", is_flag=True, help="Refuse everything that needs the network."),
        _CommonOption(
            "--no-plugins",
            is_flag=True,
            help="Leave out providers of third parties; policies stay.",
        ),
        _CommonOption(
            "--provider-path",
            metavar="FILE.py",
            multiple=True,
            help="Load a provider from a Python file.",
        ),
        _CommonOption(
            "--progress",
            type=click.Choice(["auto", "plain", "json", "none"]),
            help="How to show progress, on stderr.",
        ),
        _CommonOption(
            "--lock-timeout",
            type=SECONDS,
            metavar="SECONDS",
            help="How long to wait for another ferry.",
        ),
    ]


class FerryCommand(click.Command):
    """A command of ferry, of this distribution or another: its own options and the common ones."""

    def __init__(
        self, name: str | None, params: list[click.Parameter] | None = None, **more: Any
    ) -> None:
        super().__init__(name, params=[*(params or ()), *common_options()], **more)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the command's own options, then the common ones."""
        write_options(self, ctx, formatter)


def ferry_command(*, name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Return the decorator of a command; use it outermost, above its options.

    The function gets an `Invocation` with `click.pass_obj`.  It may return an exit code.
    """
    return click.command(name, cls=FerryCommand)


def write_options(
    command: click.Command,
    ctx: click.Context,
    formatter: click.HelpFormatter,
    between: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> None:
    """Write the options of *command* in two sections, those of *between* by title in between."""
    options = [one for one in command.get_params(ctx) if isinstance(one, click.Option)]
    sections = {
        "Options": _records(options, ctx, common=False),
        **(between or {}),
        "Common options": _records(options, ctx, common=True),
    }
    for title, records in sections.items():
        if records:
            with formatter.section(title):
                formatter.write_dl(list(records))


def _records(
    options: Sequence[click.Option], ctx: click.Context, *, common: bool
) -> list[tuple[str, str]]:
    chosen = [one for one in options if isinstance(one, _CommonOption) == common]
    return [record for one in chosen if (record := one.get_help_record(ctx))]


def _note(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
    invocation = ctx.find_object(Invocation)
    if invocation is not None:
        hear(invocation, parameter, value)


def hear(invocation: Invocation, parameter: click.Parameter, value: Any) -> None:
    """Tell *invocation* the *value* of a common flag; other parameters are none of its business."""
    name = parameter.name or ""
    if not isinstance(parameter, _CommonOption) or value in (None, False, ()):
        return
    if isinstance(value, tuple | list):
        value = (*invocation.flags.get(name, ()), *value)
    invocation.flags[name] = value
    if name == "json":
        invocation.output.json = True
