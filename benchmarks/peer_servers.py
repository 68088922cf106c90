"""nginx and docker-registry on loopback, for benchmarks; what nginx sent is counted by its log."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Traffic", "Web", "registry", "web_server"]

NGINX = """
daemon off; pid {folder}/pid; error_log {folder}/errors; worker_processes 1; user root;
events {{}}
http {{
    log_format sent '$bytes_sent';
    access_log {folder}/sent sent;
    sendfile on; keepalive_requests 100000;
    client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
    uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
    server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""
REGISTRY = """
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {root}}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What a server has sent."""

    requests: int
    sent: int
    """Bytes, heads included."""

    def since(self, before: Traffic) -> Traffic:
        """Return what was sent after *before*."""
        return Traffic(requests=self.requests - before.requests, sent=self.sent - before.sent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """A running nginx."""

    url: str
    log: Path

    def traffic(self) -> Traffic:
        """Return what it has sent so far."""
        sizes = [int(line) for line in self.log.read_text().split()]
        return Traffic(requests=len(sizes), sent=sum(sizes))


@contextmanager
def web_server(root: Path, folder: Path) -> Iterator[Web]:
    """Serve the folder *root* by nginx, which keeps its own files in *folder*."""
    folder.mkdir()
    port, config = _free_port(), folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, root=root, port=port))
    with _running(["nginx", "-c", str(config), "-e", str(folder / "errors")], port):
        yield Web(url=f"http://127.0.0.1:{port}", log=folder / "sent")


@contextmanager
def registry(folder: Path) -> Iterator[str]:
    """Run an empty docker-registry in *folder*; yield its host and port."""
    folder.mkdir()
    port, config = _free_port(), folder / "config.yml"
    config.write_text(REGISTRY.format(root=folder / "blobs", port=port))
    with _running(["docker-registry", "serve", str(config)], port):
        yield f"127.0.0.1:{port}"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port: int = unused.getsockname()[1]
        return port


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as process:
        try:
            _wait_for(port, process, command)
            yield
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes], command: list[str]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError(f"{command[0]} ended with {process.returncode}")
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nobody listens at port {port}")
