"""The only module that prints: results to stdout, everything else to stderr, foreign text inert."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

from ..errors import Error
from .grid import Grid, cut, lines
from .inert import inert

__all__ = ["ClosedPipe", "Output"]


class ClosedPipe(Exception):
    """Whoever read the result went away; that is no error (``ferry list | head -1``)."""


class Output:
    """Where a run of ferry says what it has to say.

    With *json*, stdout carries one JSON object a line, and so does stderr.  JSON is written in
    ASCII, so that it is inert too.
    """

    def __init__(self, *, json: bool = False) -> None:
        self.json = json
        self._heard = True

    # the result ---------------------------------------------------------------------------

    def answer(
        self, grid: Grid, documents: Iterable[Mapping[str, Any]], *, empty: str = ""
    ) -> None:
        """Print *grid*, or *documents* with --json; the notice *empty* if there is nothing.

        On a terminal lines are cut to its width, everywhere else they are whole.
        """
        if self.json:
            for document in documents:
                self.document(document)
        elif grid.rows:
            columns = _terminal_columns(sys.stdout)
            for line in lines(grid):
                self._result(cut(line, columns) if columns else line)
        elif empty:
            self.notice(empty)

    def facts(self, facts: Iterable[tuple[str, str]], document: Mapping[str, Any]) -> None:
        """Print names and values below each other, those without a value left out."""
        if self.json:
            self.document(document)
            return
        told = [(name, value) for name, value in facts if value]
        wide = max((len(name) for name, _ in told), default=0)
        for name, value in told:
            self._result(f"{inert(name):<{wide}} : {inert(value)}")

    def place(self, path: Path) -> None:
        """Print a path of this machine, fit for ``$(…)``."""
        if self.json:
            self.document({"schema": "ferry.path/1", "path": str(path)})
        else:
            self._result(inert(str(path)))

    def document(self, document: Mapping[str, Any]) -> None:
        """Print one JSON object on a line of stdout."""
        self._result(_json(document))

    def line(self, text: str) -> None:
        """Print one line of the result, made inert."""
        self._result(inert(text))

    def can_print(self, signs: str) -> bool:
        """Whether stdout's encoding has all of *signs*; Windows' pipes may not."""
        try:
            signs.encode(getattr(sys.stdout, "encoding", None) or "ascii")
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def script(self, text: str) -> None:
        """Print several lines of our own as they are."""
        self._result(text.rstrip("\n"))

    # the rest -----------------------------------------------------------------------------

    def notice(self, text: str) -> None:
        """Tell the user one sentence on stderr."""
        if self.json:
            self._aside(_json({"schema": "ferry.notice/1", "text": text}))
        else:
            self._aside(inert(text))

    def event(self, document: Mapping[str, Any]) -> None:
        """Write one JSON object on a line of stderr."""
        self._aside(_json(document))

    def error(self, error: Error) -> None:
        """Tell what went wrong and what to do next."""
        if self.json:
            self._aside(_json({"schema": "ferry.error/1", **error.as_json()}))
            return
        self._aside(f"ferry: {inert(error.message)}")
        if error.provider and "provider" not in error.fields:
            self._aside(f"provider: {inert(error.provider)}")
        if error.image and error.image not in error.message:
            self._aside(f"image: {inert(error.image)}")
        if error.hint:
            self._aside(f"hint: {inert(error.hint)}")

    def trace(self, text: str) -> None:
        """Write the lines of a traceback or log entry to stderr, each made inert."""
        for line in text.splitlines():
            self._aside(inert(line))

    # streams ------------------------------------------------------------------------------

    def finish(self) -> None:
        """Bring the result on its way; raises as printing does."""
        self._result("", end="")
        if sys.stdout is not None:
            _guarded(sys.stdout.flush)

    def _result(self, text: str, end: str = "\n") -> None:
        if sys.stdout is not None:
            _guarded(lambda: sys.stdout.write(text + end))

    def _aside(self, text: str) -> None:
        """Write to stderr while somebody listens; what is done does not depend on it."""
        if sys.stderr is None or not self._heard:
            return
        try:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()
        except OSError:
            self._heard = False


def _guarded(write: Any) -> None:
    try:
        write()
    except BrokenPipeError:
        _let_go(sys.stdout)
        raise ClosedPipe from None
    except OSError as error:
        _let_go(sys.stdout)
        raise Error(
            f"the result cannot be written: {error.strerror}", hint="check where stdout goes"
        ) from error


def _let_go(stream: TextIO) -> None:
    """Point *stream* at nothing, or the interpreter complains once more when it ends."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream.fileno())
    os.close(nothing)


def _terminal_columns(stream: TextIO | None) -> int:
    """Return the width of the terminal that *stream* is, 0 if it is none."""
    try:
        if stream is not None and stream.isatty():
            return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):  # a terminal that does not know, or a stream without a number
        return 0
    return 0


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=True, separators=(", ", ": "))
