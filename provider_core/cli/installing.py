"""Installing with words: how long it took, what came, what was here, what failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from ..errors import Error, worst
from ..operations.host import Host
from ..operations.results import InstallResult
from .fetched import contents, has_fetched
from .image_columns import Shown, image_grid, shown
from .render import ClosedPipe, Output
from .schema import Document, image_document
from .units import duration

__all__ = ["install_told", "tell_failed"]


def install_told(
    host: Host,
    run: Callable[[], InstallResult],
    columns: str,
    output: Output,
    *,
    of_files: bool = False,
) -> InstallResult:
    """Do what *run* does and print what came of it; return that.

    *of_files* says that what has no source is in files or folders of this machine.
    """
    before, started = contents(host), time.monotonic()
    result = run()
    with suppress(ClosedPipe):  # what is done is done, and there may be more to do
        if has_fetched(result, before):
            done = "Installed" if _is_from_here(result, of_files) else "Downloaded"
            output.notice(f"{done} in {duration(time.monotonic() - started)}.")
        _tell(host, result, output, columns)
    return result


def tell_failed(failed: Iterable[tuple[str, Error]], output: Output) -> int:
    """Print each failure; return the exit code of the worst, 0 if there is none."""
    errors = [error for _, error in failed]
    for error in errors:
        output.error(error)
    return worst(errors).exit_code if errors else 0


def _is_from_here(result: InstallResult, of_files: bool) -> bool:
    """Whether nothing can have come over a network."""
    sources = [step.source for step in result.plan.steps]
    return all(of_files if source is None else source.is_local for source in sources)


def _tell(host: Host, result: InstallResult, output: Output, columns: str) -> None:
    tags, holds = host.tags(), host.holds()
    for image in result.kept:
        output.notice(f"{image.name} {image.version} is already installed")
    done, kept = shown(result.installed, tags, holds), shown(result.kept, tags, holds)
    output.answer(
        image_grid(done, columns),
        [*(_row(row, "installed") for row in done), *(_row(row, "kept") for row in kept)],
    )


def _row(row: Shown, outcome: str) -> Document:
    return {**image_document(*row), "outcome": outcome}
