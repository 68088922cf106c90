"""ferry completion."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from ..common import ferry_command
from ..invocation import Invocation
from ..powershell import teach_powershell

if TYPE_CHECKING:
    from click.shell_completion import ShellComplete

__all__ = ["command"]


@ferry_command(name="completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish", "powershell"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    r"""Print the completion script for a shell; names of images and sources complete too.

    \b
    bash        eval "$(ferry completion bash)"              in ~/.bashrc
    zsh         eval "$(ferry completion zsh)"               in ~/.zshrc
    fish        ferry completion fish | source               in config.fish
    powershell  ferry completion powershell | Out-String | Invoke-Expression
    """
    from click.shell_completion import get_completion_class

    teach_powershell()
    writer = cast("type[ShellComplete]", get_completion_class(shell))
    script = writer(ctx.find_root().command, {}, "ferry", "_FERRY_COMPLETE").source()
    invocation = ctx.find_object(Invocation) or Invocation()
    invocation.output.script(script)
