"""Real engines, each a daemon of its own on a socket of its own, which ends with its context."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Protocol

from .peer import require_peer, require_root
from .tools import run

__all__ = ["ApiEngine", "RealEngine", "started"]

_SECONDS: Final = 60.0


class RealEngine(Protocol):
    """A running engine, asked by its own client."""

    @property
    def name(self) -> str:
        """What ferry calls it."""

    @property
    def url(self) -> str:
        """Where it is, for the setting `engines`."""

    @property
    def scheme(self) -> str:
        """The URL scheme of its images."""

    def image(self, name: str) -> tuple[str, tuple[str, ...]]:
        """Return an image's config digest and diff_ids; KeyError for what it does not have."""

    def create(self, name: str, container: str) -> None:
        """Create a container of an image, and do not run it."""

    def remove(self, container: str) -> None:
        """Remove a container."""

    def clear(self) -> None:
        """Remove every container and image."""

    def run(self, name: str, *words: str) -> str:
        """Return what a command prints in a new container of an image."""

    def stop(self) -> None:
        """End it."""


class _Daemon:
    """A program that serves a socket; its folder is in /tmp, as a socket's path must be short."""

    def __init__(self, folder: Path, *command: str | Path) -> None:
        self.folder = folder
        self.socket = folder / "s"
        self._log = (folder / "log").open("wb")
        self._process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait_for(self, *question: str | Path) -> None:
        """Wait until a command succeeds; RuntimeError with the log if it does not."""
        deadline = time.monotonic() + _SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            asked = subprocess.run(
                [str(word) for word in question], capture_output=True, check=False, timeout=_SECONDS
            )
            if asked.returncode == 0:
                return
            time.sleep(0.1)
        raise RuntimeError((self.folder / "log").read_text(errors="replace")[-4000:])

    def stop(self) -> None:
        """End it, and what it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(_SECONDS)
        self._log.close()


class ApiEngine:
    """An engine that a docker-like client speaks to."""

    def __init__(self, name: str, scheme: str, daemon: _Daemon, client: tuple[str, ...]) -> None:
        self.name = name
        self.scheme = scheme
        self.url = f"unix://{daemon.socket}"
        self._daemon = daemon
        self._client = client

    def image(self, name: str) -> tuple[str, tuple[str, ...]]:
        try:
            text = self._ask("image", "inspect", name)
        except Exception as error:
            raise KeyError(name) from error
        said: dict[str, Any] = json.loads(text)[0]
        return f"sha256:{said['Id'].removeprefix('sha256:')}", tuple(said["RootFS"]["Layers"])

    def create(self, name: str, container: str) -> None:
        self._ask("create", "--name", container, "--network", "none", name, "/bin/busybox")

    def remove(self, container: str) -> None:
        self._ask("rm", "--force", container)

    def clear(self) -> None:
        if containers := self._ask("ps", "--all", "--quiet").split():
            self._ask("rm", "--force", *containers)
        if images := set(self._ask("images", "--all", "--quiet").split()):
            self._ask("rmi", "--force", *images)

    def put(self, container: str, source: Path, target: str) -> None:
        """Copy a file into a container."""
        self._ask("cp", source, f"{container}:{target}")

    def stop(self) -> None:
        self._daemon.stop()

    def run(self, name: str, *words: str) -> str:
        # No limit is raised: that needs more than root has in some sandboxes.
        limits = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024")
        return self._ask("run", "--rm", "--network", "none", *limits, name, *words)

    def _ask(self, *words: str | Path) -> str:
        return run(*self._client, *words)


class RealDocker(ApiEngine):
    """dockerd with the vfs driver, without networks; it starts a containerd of its own."""

    def __init__(self, folder: Path) -> None:
        require_peer("docker")
        daemon = _Daemon(
            folder,
            "dockerd",
            *("--host", f"unix://{folder / 's'}"),
            *("--data-root", folder / "data"),
            *("--exec-root", folder / "exec"),
            *("--pidfile", folder / "pid"),
            *("--storage-driver", "vfs"),
            *("--iptables=false", "--ip6tables=false", "--bridge=none"),
        )
        client = ("docker", "--host", f"unix://{daemon.socket}")
        super().__init__("docker", "docker-daemon", daemon, client)
        daemon.wait_for(*client, "version")


class RealPodman(ApiEngine):
    """podman's service with the vfs driver."""

    def __init__(self, folder: Path) -> None:
        command = (
            "podman",
            *("--root", folder / "root"),
            *("--runroot", folder / "run"),
            *("--tmpdir", folder / "tmp"),
            *("--storage-driver", "vfs"),
            *("--cgroup-manager", "cgroupfs"),
            *("--events-backend", "none"),
            *(("--runtime", "runc") if shutil.which("runc") else ()),
        )
        url = f"unix://{folder / 's'}"
        daemon = _Daemon(folder, *command, "system", "service", "--time=0", url)
        client = ("podman", "--remote", "--url", url)
        super().__init__("podman", "podman", daemon, client)
        daemon.wait_for(*client, "version")


class RealContainerd:
    """containerd with the native snapshotter, asked by ctr."""

    name = "containerd"
    scheme = "containerd"

    def __init__(self, folder: Path) -> None:
        require_peer("ctr")
        settings = folder / "config.toml"
        settings.write_text(
            f"version = 2\nroot = {str(folder / 'root')!r}\nstate = {str(folder / 'state')!r}\n"
            "disabled_plugins = ['io.containerd.grpc.v1.cri']\n"
            f"[grpc]\naddress = {str(folder / 's')!r}\n"
        )
        self._daemon = _Daemon(folder, "containerd", "--config", settings)
        self.url = f"containerd://{self._daemon.socket}"
        self._client = ("ctr", "--address", str(self._daemon.socket))
        self._daemon.wait_for(*self._client, "version")

    def image(self, name: str) -> tuple[str, tuple[str, ...]]:
        for line in self._ask("images", "list").splitlines()[1:]:
            words = line.split()
            if words[0] == name:
                manifest = json.loads(self._ask("content", "get", words[2]))
                digest = manifest["config"]["digest"]
                config = json.loads(self._ask("content", "get", digest))
                return digest, tuple(config["rootfs"]["diff_ids"])
        raise KeyError(name)

    def create(self, name: str, container: str) -> None:
        self._ask("containers", "create", "--snapshotter", "native", name, container)

    def remove(self, container: str) -> None:
        self._ask("containers", "delete", container)

    def clear(self) -> None:
        for container in self._ask("containers", "list", "--quiet").split():
            self._ask("containers", "delete", container)
        for image in self._ask("images", "list", "--quiet").split():
            self._ask("images", "remove", "--sync", image)

    def stop(self) -> None:
        self._daemon.stop()

    def run(self, name: str, *words: str) -> str:
        return self._ask("run", "--rm", "--snapshotter", "native", name, "once", *words)

    def _ask(self, *words: str) -> str:
        return run(*self._client, *words)


_ENGINES: Final[Mapping[str, Callable[[Path], RealEngine]]] = {
    "docker": RealDocker,
    "podman": RealPodman,
    "containerd": RealContainerd,
}
_PROGRAMS: Final = {"docker": "dockerd", "podman": "podman", "containerd": "containerd"}


@contextmanager
def started(name: str) -> Iterator[RealEngine]:
    """Start an engine and end it again, as root."""
    require_root()
    require_peer(_PROGRAMS[name])
    with TemporaryDirectory(
        prefix=f"{name[:3]}-", dir="/tmp", ignore_cleanup_errors=True
    ) as folder:
        engine = _ENGINES[name](Path(folder))
        try:
            yield engine
        finally:
            engine.stop()
