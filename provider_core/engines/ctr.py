"""The program `ctr`: the only way to containerd that needs no library of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import parse_qs, urlsplit

from ..errors import EngineRefused, EngineSilent
from .starting import start_hint
from .values import EngineAddress

__all__ = ["Ctr"]

_PIECE = 1 << 20
_MOST_SAID = 2000
"""Characters of an error that are passed on."""


class Ctr:
    """Runs `ctr` against one socket and one namespace."""

    def __init__(self, address: EngineAddress, *, patience: float) -> None:
        parts = urlsplit(address.url)
        self._address = address
        self._patience = patience
        self._socket = parts.path
        self._namespace = parse_qs(parts.query).get("namespace", ["default"])[0]

    def ask(self, *words: str) -> bytes:
        """Return what a short command prints.

        Raises EngineSilent if nobody answers, EngineRefused with what it complains of.
        """
        try:
            done = subprocess.run(
                self._command(words),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self._patience,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise self._silent(f"nothing in {self._patience:g} s") from error
        if done.returncode:
            raise self._failure(words, done.stderr)
        return done.stdout

    def feed(self, pieces: Iterable[bytes], *words: str) -> None:
        """Run a command that reads *pieces*; what they raise ends it and passes through."""
        with self._running(words, stdin=subprocess.PIPE) as (process, complaints):
            assert process.stdin is not None
            try:
                for piece in pieces:
                    process.stdin.write(piece)
                process.stdin.close()
            except BrokenPipeError:  # it has ended, and its code says why
                pass
            if process.wait():
                raise self._failure(words, _text(complaints))

    def pour(self, *words: str) -> Iterator[bytes]:
        """Yield what a command writes."""
        with self._running(words, stdout=subprocess.PIPE) as (process, complaints):
            assert process.stdout is not None
            while piece := process.stdout.read(_PIECE):
                yield piece
            if process.wait():
                raise self._failure(words, _text(complaints))

    @contextmanager
    def _running(
        self,
        words: tuple[str, ...],
        *,
        stdin: int = subprocess.DEVNULL,
        stdout: int = subprocess.DEVNULL,
    ) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
        """Start a command; it is killed if its caller leaves before it has ended."""
        self.ask("version")
        with TemporaryFile() as complaints:
            process = subprocess.Popen(
                self._command(words), stdin=stdin, stdout=stdout, stderr=complaints
            )
            try:
                yield process, complaints
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
                for stream in (process.stdin, process.stdout):
                    if stream is not None and not stream.closed:
                        _close(stream)

    def _command(self, words: Iterable[str]) -> list[str]:
        program = shutil.which("ctr")
        if program is None:
            raise self._silent("there is no `ctr` on the PATH", hint="install containerd's tools")
        return [program, "--address", self._socket, "--namespace", self._namespace, *words]

    def _failure(self, words: tuple[str, ...], complaint: bytes) -> EngineSilent | EngineRefused:
        """Return what a command's failure means: with nobody there, every command fails."""
        said = complaint.decode(errors="replace").strip()[-_MOST_SAID:]
        if words == ("version",):
            return self._silent(self._why(said))
        try:
            self.ask("version")
        except EngineSilent as error:
            return error
        return EngineRefused(self._address.name, f"do `ctr {' '.join(words[:2])}`", said)

    def _why(self, said: str) -> str:
        """Return why nobody answers: the end of gRPC's chain of reasons, what the system said."""
        if not os.path.exists(self._socket):
            return f"there is no {self._socket}"
        return said.splitlines()[-1].rpartition("desc = ")[2].strip('"') if said else "ctr failed"

    def _silent(self, reason: str, *, hint: str = "") -> EngineSilent:
        return EngineSilent(
            self._address.name,
            self._address.url,
            reason,
            hint=hint or start_hint(self._address, reason),
        )


def _text(complaints: IO[bytes]) -> bytes:
    complaints.seek(0)
    return complaints.read()


def _close(stream: IO[bytes]) -> None:
    with suppress(OSError):  # its reader is gone, and with it what was still in the buffer
        stream.close()
