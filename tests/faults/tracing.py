"""strace: the calls by which a process changes files, and killing it at one of them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

__all__ = ["CHANGES", "Point", "changes_of", "killed_at"]

CHANGES = (
    *("rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat"),
    *("write", "pwrite64", "ftruncate", "fallocate", "fsync", "fdatasync"),
    *("chmod", "fchmod", "fchmodat", "utimensat", "link", "linkat"),
)
"""What changes a file system; a file that was opened to be made shows at its next change."""

Point = tuple[str, int]
"""A call, and its number among the calls of that name in one thread: the first to come to it."""

_CALL = re.compile(r"^(\d+ +)?(\w+)\(", re.MULTILINE)


def changes_of(command: Sequence[str], log: Path) -> tuple[Point, ...]:
    """Run *command* to its end and return every change of files that it makes.

    strace counts the calls of each thread by themselves when it is to kill at one of them.
    """
    traced = ["strace", "-f", "-qq", "--seccomp-bpf", "-o", str(log), "-e", _set()]
    subprocess.run([*traced, *_python(command)], check=True, env=_environment(), timeout=60)
    counts = Counter(_CALL.findall(log.read_text(encoding="utf-8", errors="replace")))
    most = {name: 0 for name in CHANGES}
    for (_, name), count in counts.items():
        most[name] = max(most[name], count)
    return tuple((name, number) for name in CHANGES for number in range(1, most[name] + 1))


def killed_at(command: Sequence[str], point: Point) -> bool:
    """Run *command* and kill it as it enters that call; whether it was killed."""
    name, number = point
    kill = f"inject={name}:signal=SIGKILL:when={number}"
    # Not with --seccomp-bpf: strace 6.1 does not send signals there.
    traced = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={name}", "-e", kill]
    done = subprocess.run(
        [*traced, *_python(command)],
        env=_environment(),
        timeout=60,
        check=False,
        capture_output=True,
    )
    assert done.returncode in (0, -9, 137), done.stderr.decode()
    return done.returncode != 0


def _set() -> str:
    return "trace=" + ",".join(f"?{name}" for name in CHANGES)  # not every machine has them all


def _python(command: Sequence[str]) -> list[str]:
    return [os.path.realpath(sys.executable), *command]


def _environment() -> dict[str, str]:
    """Return an environment in which Python itself changes no file, and finds what we find.

    What an editable installation finds is not on the path of a Python outside of its venv.
    """
    specs = (find_spec(name) for name in ("provider_core", "provider_feed", "feed_format"))
    ours = [str(Path(spec.origin).parents[1]) for spec in specs if spec and spec.origin]
    path = os.pathsep.join(filter(None, [*ours, *sys.path]))
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": path}
