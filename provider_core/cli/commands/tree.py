"""ferry tree."""

from __future__ import annotations

import click

from .. import flags
from ..common import ferry_command
from ..image_columns import none_fits
from ..invocation import Invocation
from ..schema import branch_document
from ..tree_lines import tree_lines

__all__ = ["command"]


@ferry_command(name="tree")
@click.argument("pattern", default="", metavar="[PATTERN]", shell_complete=flags.image_names)
@click.pass_obj
def command(invocation: Invocation, pattern: str) -> None:
    """Show the installed images below what they were made from.

    With PATTERN (* and ?), the families in which an image's name fits.
    """
    output = invocation.output
    with invocation.host() as host:
        branches = host.tree(pattern)
    if output.json:
        for branch in branches:
            output.document(branch_document(branch))
        return
    for line in tree_lines(branches, fancy=output.can_print("├└│─")):
        output.line(line)
    if not branches:
        output.notice(none_fits(pattern))
