"""The peers' own programs as typed calls: bounded in time, an error with what they said."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Self

from .peer import require_peer, require_root

__all__ = ["PeerError", "Podman", "gnu_tar", "run", "skopeo_copy", "skopeo_inspect", "umoci"]

_SECONDS: Final = 120.0


class PeerError(Exception):
    """A peer refused: its command, exit code and standard error."""


def run(*command: str | Path, timeout: float = _SECONDS) -> str:
    """Return the standard output of `command`, which has `timeout` seconds.

    Raises:
        PeerError: it ended with another code than 0.
        subprocess.TimeoutExpired: it took longer.
    """
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if done.returncode != 0:
        words = " ".join(map(str, command))
        raise PeerError(f"{words}\nexit code {done.returncode}\n{done.stderr.strip()}")
    return done.stdout


def gnu_tar(*arguments: str | Path) -> str:
    """Run tar."""
    require_peer("tar")
    return run("tar", *arguments)


def umoci(verb: str, *arguments: str | Path) -> str:
    """Run one of umoci's verbs; unpacking as somebody else than root is told so."""
    require_peer("umoci")
    rootless = ["--rootless"] if verb == "unpack" and os.geteuid() != 0 else []
    return run("umoci", verb, *rootless, *arguments)


def skopeo_inspect(reference: str, *flags: str) -> dict[str, Any]:
    """Return what `skopeo inspect` says of a reference such as `oci:FOLDER:TAG`.

    With the flag `--raw` that is the manifest or index itself, with `--config` the configuration.
    """
    require_peer("skopeo")
    said: dict[str, Any] = json.loads(run("skopeo", "inspect", *flags, reference))
    return said


def skopeo_copy(source: str, target: str, *flags: str) -> None:
    """Copy one image between two references; `--all` takes every platform of an index."""
    require_peer("skopeo")
    run("skopeo", "copy", "--quiet", *flags, source, target)


class Podman:
    """A Podman of its own, empty: a context manager; no daemon, no container.

    Its folder lies directly in /tmp, since Podman refuses a runroot of more than 50 characters.
    """

    def __init__(self) -> None:
        require_peer("podman")
        require_root()
        self._folder = TemporaryDirectory(prefix="podman-", dir="/tmp")
        folder = Path(self._folder.name)
        self._command: tuple[str | Path, ...] = (
            "podman",
            *("--root", folder / "root"),
            *("--runroot", folder / "run"),
            *("--tmpdir", folder / "tmp"),
            *("--storage-driver", "vfs"),
            *("--cgroup-manager", "cgroupfs"),
            *("--events-backend", "none"),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._folder.cleanup()

    def load(self, archive: Path) -> tuple[str, ...]:
        """Load an archive; return the names, `host/repository:tag`, that its images got."""
        said = self._run("load", "--quiet", "--input", archive)
        marked = [line.partition(": ") for line in said.splitlines()]
        lists = [names for mark, _, names in marked if mark.startswith("Loaded image")]
        return tuple(name.strip() for names in lists for name in names.split(","))

    def save(self, names: tuple[str, ...], archive: Path, form: str) -> None:
        """Write images to an archive in the form `docker-archive` or `oci-archive`."""
        several = ["--multi-image-archive"] if len(names) > 1 else []
        self._run("save", "--quiet", *several, "--format", form, "--output", archive, *names)

    def images(self) -> tuple[str, ...]:
        """Return the names of all images, in alphabetical order."""
        return tuple(sorted(self._run("images", "--format", "{{.Repository}}:{{.Tag}}").split()))

    def image_id(self, name: str) -> str:
        """Return the digest of an image's configuration, `sha256:…`."""
        return f"sha256:{self._inspect(name)['Id']}"

    def diff_ids(self, name: str) -> tuple[str, ...]:
        """Return the digests of an image's uncompressed layers, lowest first."""
        return tuple(self._inspect(name)["RootFS"]["Layers"])

    def rm(self, name: str) -> None:
        """Remove one name, and the image with its last."""
        self._run("rmi", name)

    def _inspect(self, name: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = json.loads(self._run("image", "inspect", name))
        return found[0]

    def _run(self, *arguments: str | Path) -> str:
        return run(*self._command, *arguments)
