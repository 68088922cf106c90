"""Debian's docker-registry on loopback: plain, with users, over TLS, as a proxy of another."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from .peer import require_peer

__all__ = ["PASSWORD", "DockerRegistry", "TlsFiles"]

PASSWORD: Final = "s3cr3t"
"""The password of every user."""
_BCRYPT: Final = "$2b$04$XontwyUvjdxLLDTC5yoYkeBKG4yh/lRdgTKQrSS/Uy7aGekGVtZ1S"
"""Its hash, in the only form that the registry takes."""

_SECONDS: Final = 20.0


class TlsFiles:
    """A certificate of 127.0.0.1 and localhost, signed by itself."""

    def __init__(self, folder: Path) -> None:
        require_peer("openssl")
        self.certificate, self.key = folder / "registry.pem", folder / "registry.key"
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
                *("-subj", "/CN=localhost", "-keyout", str(self.key)),
                *("-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"),
                *("-out", str(self.certificate)),
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )


class DockerRegistry:
    """A registry with nothing in it, ended with its `with` block.

    Example::

        with DockerRegistry(tmp_path) as registry:
            skopeo_copy("oci:layout:app", f"docker://{registry.host}/app:1", *flags)
    """

    def __init__(
        self,
        folder: Path,
        *,
        users: Sequence[str] | None = None,
        tls: TlsFiles | None = None,
        proxy_of: str = "",
        auth: Mapping[str, Any] | None = None,
    ) -> None:
        """Prepare a registry whose files are below *folder*.

        Args:
            folder: exists.
            users: who may come in, with PASSWORD; None for everybody.
            tls: what it proves itself with; None for plain http.
            proxy_of: URL of the registry that it is a pull-through cache of; '' for none.
            auth: the section ``auth`` of its configuration, as for a token server.
        """
        require_peer("docker-registry")
        self._folder = folder
        self._users, self._tls, self._proxy_of, self._auth = users, tls, proxy_of, auth
        self._process: subprocess.Popen[bytes] | None = None
        self.host = f"127.0.0.1:{_free_port()}"
        """As references have it in front."""
        self.url = f"{'http' if tls is None else 'https'}://{self.host}"
        self.log = folder / "registry.log"
        """What it says."""

    def __enter__(self) -> Self:
        config = self._folder / "registry.json"  # YAML takes JSON
        config.write_text(json.dumps(self._configuration()), encoding="utf-8")
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                ["docker-registry", "serve", str(config)], stdout=log, stderr=log
            )
        end = time.monotonic() + _SECONDS
        while not _answers(self.host):
            if self._process.poll() is not None or time.monotonic() > end:
                self.__exit__(None, None, None)
                raise AssertionError(f"docker-registry did not start:\n{self.log.read_text()}")
            time.sleep(0.02)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def asked(self, method: str, part: str = "") -> int:
        """Return how many requests with *method* had *part* in their URL."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return sum(f'"{method} ' in line and part in line for line in lines)

    def _configuration(self) -> dict[str, Any]:
        http: dict[str, Any] = {"addr": self.host}
        if self._tls is not None:
            http["tls"] = {"certificate": str(self._tls.certificate), "key": str(self._tls.key)}
        configuration: dict[str, Any] = {
            "version": "0.1",
            "storage": {
                "filesystem": {"rootdirectory": str(self._folder / "registry")},
                "delete": {"enabled": True},
            },
            "http": http,
        }
        if self._proxy_of:
            configuration["proxy"] = {"remoteurl": self._proxy_of}
        if self._users is not None:
            path = self._folder / "htpasswd"
            lines = [f"{user}:{_BCRYPT}\n" for user in self._users]
            path.write_text("".join(lines), encoding="utf-8")
            configuration["auth"] = {"htpasswd": {"realm": "test", "path": str(path)}}
        if self._auth is not None:
            configuration["auth"] = dict(self._auth)
        return configuration


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return int(unused.getsockname()[1])


def _answers(host: str) -> bool:
    name, _, port = host.partition(":")
    try:
        with socket.create_connection((name, int(port)), timeout=1):
            return True
    except OSError:
        return False
