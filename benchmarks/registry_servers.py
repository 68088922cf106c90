"""Debian's docker-registry on loopback, and a link to it that is slow in a known way."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["BenchRegistry", "SlowLink"]

_PIECE = 64 << 10


class BenchRegistry:
    """An empty registry below a folder, ended with its `with` block."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as unused:
            self.port = int(unused.getsockname()[1])
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.host}"
        self._folder = folder
        self._log = folder / "registry.log"
        self._process: subprocess.Popen[bytes] | None = None

    def requests(self) -> list[str]:
        """Return the requests so far: method, path, protocol."""
        text = self._log.read_text(encoding="utf-8", errors="replace")
        return [line.split('"')[1] for line in text.splitlines() if '] "' in line]

    def __enter__(self) -> Self:
        config = self._folder / "registry.json"
        storage = {"filesystem": {"rootdirectory": str(self._folder / "registry")}}
        log = {"level": "error"}
        document = {"version": "0.1", "log": log, "storage": storage, "http": {"addr": self.host}}
        config.write_text(json.dumps(document), encoding="utf-8")
        with self._log.open("wb") as log_file:
            self._process = subprocess.Popen(
                ["docker-registry", "serve", str(config)],
                stdout=log_file,
                stderr=subprocess.DEVNULL,
            )
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return self
            time.sleep(0.05)
        raise RuntimeError("docker-registry did not start")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class SlowLink:
    """Passes connections on to a port of this machine, each at a rate and with a delay."""

    def __init__(self, port: int, *, rate: int, delay: float) -> None:
        """Listen at once.

        Args:
            port: where it leads.
            rate: bytes a second that each connection brings.
            delay: seconds that the first bytes of each answer take longer.
        """
        self.passed = 0
        """Bytes that came through, of all connections."""
        self._port, self._rate, self._delay = port, rate, delay
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._port))
            threading.Thread(target=self._up, args=(client, server), daemon=True).start()
            threading.Thread(target=self._down, args=(server, client), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(_PIECE):
                time.sleep(self._delay)
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)

    def _down(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError), server, client:
            due = time.monotonic()
            while data := server.recv(_PIECE):
                client.sendall(data)
                self.passed += len(data)
                due = max(due, time.monotonic() - 0.05) + len(data) / self._rate
                time.sleep(max(0.0, due - time.monotonic()))
