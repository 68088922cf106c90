"""pip as typed calls: what it is told, and what its failures mean.

It runs as a process of its own, with pip's own settings (index, proxy, certificates), and is
asked for wheels alone: nothing that is downloaded is ever executed here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from ..cancel import CancelToken
from ..errors import Error, NotFoundError, NotSupported, TransportError
from .target import Target

__all__ = ["build_wheel", "download", "install_offline"]

_POLL: Final = 0.1
_QUIET: Final = ("--disable-pip-version-check", "--no-input", "--quiet", "--progress-bar", "off")
_UNREACHABLE: Final = ("Retrying (", "NewConnectionError", "ProxyError", "SSLError", "timed out")
_ABSENT: Final = ("No matching distribution", "Could not find a version")
_WAY_OUT: Final = (
    "do this on a host that reaches a package index, or name one by pip's own settings "
    "(PIP_INDEX_URL, PIP_FIND_LINKS=FOLDER)"
)


def download(wanted: Sequence[str], folder: Path, target: Target, cancel: CancelToken) -> None:
    """Fetch wheels for *target* into *folder*: *wanted* and everything that they require.

    *wanted* are requirements, or paths of wheels with extras.  Raises NotSupported without pip,
    TransportError if no index answers, NotFoundError if there is no such wheel, Error else.
    """
    words = ["download", *_QUIET, "--dest", str(folder), *target.pip_options(), *wanted]
    code, said = _run(words, cancel, markers=target.environment())
    if code:
        raise _failure(said, ", ".join(map(_short, wanted)), target)


def build_wheel(project: Path, folder: Path, cancel: CancelToken) -> None:
    """Make a wheel of the project in *project* in *folder*; the project is left as it is.

    Raises NotSupported without pip, Error with what the build said.
    """
    with tempfile.TemporaryDirectory(prefix="ferry-build-") as scratch:
        settings = Path(scratch) / "setup.cfg"
        settings.write_text(
            f"[build]\nbuild_base = {scratch}/build\n[egg_info]\negg_base = {scratch}\n",
            encoding="utf-8",
        )
        isolated = ("--no-build-isolation",) if find_spec("setuptools") else ()
        words = ["wheel", *_QUIET, "--no-deps", *isolated, "--wheel-dir", str(folder)]
        environ = {"DIST_EXTRA_CONFIG": str(settings)}  # setuptools' way out of the project
        code, said = _run([*words, str(project)], cancel, environ=environ)
    if code:
        raise Error(
            f"no wheel could be made of {project}: {_last(said)}",
            hint=f"`python -m pip wheel --no-deps {project}` shows why",
            project=str(project),
        )


def install_offline(requirements: str, wheels: Path, folder: Path, cancel: CancelToken) -> None:
    """Install *requirements*, each with its version and hashes, from *wheels* into *folder*.

    Raises NotSupported without pip, NotFoundError for wheels that are not for this Python, Error.
    """
    with tempfile.TemporaryDirectory(prefix="ferry-install-") as scratch:
        listed = Path(scratch) / "requirements.txt"
        listed.write_text(requirements, encoding="utf-8")
        words = [
            *("install", *_QUIET, "--no-index", "--no-deps", "--no-cache-dir"),
            *("--require-hashes", "--only-binary", ":all:", "--no-warn-script-location"),
            *("--find-links", str(wheels), "--target", str(folder), "--requirement", str(listed)),
        ]
        # What the user set for downloads has no say in this.
        code, said = _run(words, cancel, environ={"PIP_CONFIG_FILE": os.devnull}, clean=True)
    if code:
        raise _failure(said, "what is in the folder", Target.of())


def _run(
    words: Sequence[str],
    cancel: CancelToken,
    *,
    markers: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    clean: bool = False,
) -> tuple[int, str]:
    """Run pip; its exit code, and what it said on both streams.

    *clean* leaves out what the user's environment tells pip.
    """
    command = [
        *(sys.executable, "-I", str(Path(__file__).with_name("pip_elsewhere.py"))),
        *(str(_where_pip_is()), json.dumps(dict(markers or {})), *words),
    ]
    kept = {name: value for name, value in os.environ.items() if not (clean and _is_pips(name))}
    with tempfile.TemporaryFile() as sink:
        with subprocess.Popen(
            command,
            env={**kept, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
        ) as process:
            try:
                while process.poll() is None:
                    cancel.wait(_POLL)
            finally:
                process.terminate()
        sink.seek(0)
        return process.returncode, sink.read().decode(errors="replace")


def _is_pips(name: str) -> bool:
    return name.startswith(("PIP_", "PYTHON"))


def _where_pip_is() -> Path:
    """Return the folder that pip is imported from; NotSupported if it is not here."""
    spec = find_spec("pip")
    if spec is None or spec.origin is None:
        raise NotSupported(
            "pip is not installed beside ferry, and wheels are fetched and installed by it",
            hint="`python -m ensurepip` brings it, and so does every kit made by `ferry kit`",
        )
    return Path(spec.origin).parents[1]


def _failure(said: str, what: str, target: Target) -> Error:
    fields = {"platform": str(target.platform), "python": target.python, "said": _last(said)}
    if any(sign in said for sign in _UNREACHABLE):
        return TransportError(
            f"no package index could be reached for {what}", hint=_WAY_OUT, **fields
        )
    if any(sign in said for sign in _ABSENT):
        return NotFoundError(
            f"there is no wheel for Python {target.python} on {target.platform}: {_last(said)}",
            hint=f"ask for another version, platform or Python; or {_WAY_OUT}",
            **fields,
        )
    return Error(f"pip failed: {_last(said)}", hint=_WAY_OUT, **fields)


def _last(said: str) -> str:
    """Return pip's last error, without its mark."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["it said nothing"])[-1]


def _short(wanted: str) -> str:
    return Path(wanted).name if os.sep in wanted else wanted
