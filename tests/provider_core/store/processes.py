"""Starting and stopping `worker.py`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Self

__all__ = ["Worker"]

_SCRIPT = Path(__file__).with_name("worker.py")


class Worker:
    """One process; killed at the end of its with statement."""

    def __init__(self, verb: str, store: Path, *numbers: int) -> None:
        command = [sys.executable, str(_SCRIPT), verb, str(store), *map(str, numbers)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    @property
    def _input(self) -> IO[str]:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def _output(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def line(self) -> str:
        """Wait for its next line; '' at the end."""
        return self._output.readline().strip()

    def go_on(self) -> None:
        """Send the line that it waits for."""
        self._input.write("\n")
        self._input.flush()

    def stop(self) -> None:
        """Stop it as it stands, and wait until it does."""
        self._process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WNOWAIT)

    def wake(self) -> None:
        """Let a stopped one run on."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it with kill -9."""
        self._process.kill()
        self._process.wait(30)

    def code(self) -> int:
        """Wait for its end and return its exit code."""
        return self._process.wait(60)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        self._output.close()
        self._input.close()
