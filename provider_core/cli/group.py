"""Groups of commands that come from the table, each imported when it is run."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import click

from ..errors import UsageError
from . import table
from .common import common_options, write_options

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["TableGroup", "unknown_command"]


class TableGroup(click.Group):
    """The commands below *path*; '' for ferry itself."""

    def __init__(self, path: str = "", **arguments: Any) -> None:
        arguments.setdefault("help", table.GROUPS.get(path, ""))
        arguments.setdefault("params", [] if path else common_options())
        super().__init__(path.rpartition(" ")[2] or "ferry", **arguments)
        self._path = path

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the words of the table, then the commands of other distributions."""
        return [listed.word for listed in self._listed()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None if nothing is called that."""
        path = f"{self._path} {cmd_name}".strip()
        if path in table.GROUPS:
            return TableGroup(path)
        entry = table.find(path)
        if entry is not None:
            module = import_module(f"{__package__}.commands.{entry.module}")
            return cast("click.Command", module.command)
        return None if self._path else _foreign_command(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that *args* begin with; UsageError if there is none."""
        command = self.get_command(ctx, args[0])
        if command is None and not ctx.resilient_parsing:
            raise self._unknown(args[0])
        return args[0] if command else None, command, args[1:]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Run the group's usual command where none is named, or show its help."""
        usual = table.DEFAULTS.get(self._path)
        if not ctx.resilient_parsing:
            if usual and _names_no_command(args):
                args = [usual, *args]
            args = args or ["--help"]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options in sections, then the commands."""
        write_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table's lines, without importing anything that they name."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._listed()))
        if not self._path:
            with formatter.section("Other names"):
                formatter.write_dl([(new, f"ferry {old}") for new, old in table.ALIASES.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a command's name from the table, or an option."""
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return click.Command.shell_complete(self, ctx, incomplete)
        return [
            CompletionItem(listed.word, help=listed.summary)
            for listed in self._listed()
            if listed.word.startswith(incomplete)
        ]

    def _listed(self) -> list[table.Listed]:
        listed = table.below(self._path)
        if self._path:
            return listed
        from .foreign import command_lines

        known = {one.word for one in listed}
        foreign = ((name, line) for name, line in command_lines() if name not in known)
        return [*listed, *(table.Listed(name, line) for name, line in foreign)]

    def _unknown(self, word: str) -> UsageError:
        known = [*self.list_commands(click.Context(self)), *(() if self._path else table.ALIASES)]
        return unknown_command(f"ferry {self._path}".rstrip(), word, known)


def unknown_command(group: str, word: str, known: Iterable[str]) -> UsageError:
    """Return the error for *word*, which is no command of *group*; near ones of *known* in it."""
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), n=2, cutoff=0.7)
    listed = f"`{group} --help` lists the commands"
    return UsageError(
        f"there is no command {f'{group} {word}'!r}",
        hint=f"did you mean {' or '.join(near)}? {listed}" if near else listed,
        command=word,
        near=near,
    )


def _names_no_command(args: list[str]) -> bool:
    return not args or (args[0].startswith("-") and args[0] not in ("-h", "--help"))


def _foreign_command(name: str) -> click.Command | None:
    from .foreign import load_command

    return load_command(name)
