"""A group of commands for a distribution beside this one, each imported when it is run."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, cast

import click

from .group import unknown_command

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["LazyGroup"]


class LazyGroup(click.Group):
    """The commands of one word, such as ``ferry feed``; an entry point names the group.

    *commands* is word → (module below *package*, which has the click command as ``command``, and
    one line about it for help and completion).
    """

    def __init__(
        self, name: str, *, package: str, commands: Mapping[str, tuple[str, str]], help: str
    ) -> None:
        super().__init__(name, help=help, params=[])
        self._package = package
        self._words = dict(commands)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the words, in the order they were given."""
        return list(self._words)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None if nothing is called that."""
        if cmd_name not in self._words:
            return None
        module, _ = self._words[cmd_name]
        return cast("click.Command", import_module(f"{self._package}.{module}").command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that *args* begin with; UsageError if there is none."""
        command = self.get_command(ctx, args[0])
        if command is None and not ctx.resilient_parsing:
            raise unknown_command(f"ferry {self.name}", args[0], self._words)
        return args[0] if command else None, command, args[1:]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Show the group's help where no command is named."""
        return super().parse_args(ctx, args if args or ctx.resilient_parsing else ["--help"])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a line for each word; nothing is imported."""
        with formatter.section("Commands"):
            formatter.write_dl([(word, line) for word, (_, line) in self._words.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a command's name, or an option; nothing is imported."""
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return click.Command.shell_complete(self, ctx, incomplete)
        return [
            CompletionItem(word, help=line)
            for word, (_, line) in self._words.items()
            if word.startswith(incomplete)
        ]
