"""What went, as Docker says it: Untagged and Deleted lines, and the bytes freed."""

from __future__ import annotations

from collections.abc import Sequence

from ..operations.results import Removal
from .render import Output
from .schema import removal_document
from .units import size

__all__ = ["show_removals"]


def show_removals(output: Output, removals: Sequence[Removal], *, dry_run: bool) -> None:
    """Print the lines of each removal, or an object each with --json; the total as a notice."""
    for removal in removals:
        if output.json:
            output.document({**removal_document(removal), "dry_run": dry_run})
            continue
        for name in removal.untagged:
            output.line(f"Untagged: {name}")
        for digest in removal.deleted:
            output.line(f"Deleted: {digest}")
    freed = size(sum(removal.freed for removal in removals))
    output.notice(f"{freed} would be freed" if dry_run else f"{freed} freed")
