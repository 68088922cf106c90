"""Doing what a page tells its reader to do, in an empty folder, and comparing what comes out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from .pages import Block, Page

__all__ = ["play"]

_PROMPT = "$ "
_MARK = "--- end of command"
_ANYTHING = "…"
_FAILURES = ("ferry: ", '{"schema": "ferry.error/')


def play(page: Page, folder: Path) -> None:
    """Follow *page* from top to bottom, in one shell that starts in *folder*.

    Blocks with a file's name are saved.  In ``console`` blocks the lines with a prompt are run
    and must print the lines below them; spaces count as one, and ``…`` stands for anything, a
    line of it alone for any lines.  A command fails if, and only if, the page shows an error of
    ferry's.  Python blocks without a file's name are run as programs.
    """
    script: list[str] = []
    expected: list[tuple[str, list[str]]] = []
    for number, block in enumerate(page.blocks):
        if block.file:
            source = folder / f".block-{number}"
            source.write_text(block.text, encoding="utf-8")
            script.append(f"cp '{source}' '{block.file}'")
        elif block.language == "python":
            program = folder / f".program-{number}.py"
            program.write_text(block.text, encoding="utf-8")
            script.append(_marked(f"python3 -W error '{program}'"))
            expected.append((f"the program in block {number}", []))
        elif block.language == "console":
            steps = list(_commands(block))
            script += [_marked(command) for command, _ in steps]
            expected += steps
    for (command, lines), (code, printed) in zip(expected, _run(script, folder), strict=True):
        _compare(command, lines, code, printed)


def _commands(block: Block) -> Iterable[tuple[str, list[str]]]:
    """Yield each command of a console block, and the lines it prints."""
    assert block.lines[0].startswith(_PROMPT), f"no command: {block.lines[0]}"
    found: list[tuple[str, list[str]]] = []
    for line in block.lines:
        if line.startswith(_PROMPT):
            found.append((line.removeprefix(_PROMPT), []))
        else:
            found[-1][1].append(line)
    return found


def _marked(command: str) -> str:
    return f'{command}\ncode=$?; echo "{_MARK} $code"; (exit $code)'


def _run(script: Sequence[str], folder: Path) -> list[tuple[int, list[str]]]:
    """Run *script* and return exit code and output of each marked command."""
    ran = subprocess.run(
        ["sh", "-c", "\n".join(script)],
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=120,
    )
    found: list[tuple[int, list[str]]] = []
    printed: list[str] = []
    for line in ran.stdout.decode().splitlines():
        if line.startswith(_MARK):
            found.append((int(line.removeprefix(_MARK)), printed))
            printed = []
        else:
            printed.append(_one_space(line))
    assert not printed, f"the shell ended early: {printed}"
    return found


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment with `ferry` and `python3` of this interpreter, and an empty home."""
    tools = folder.with_name(f"{folder.name}-tools")
    tools.mkdir()
    _tool(tools / "ferry", "-m provider_core.cli")
    _tool(tools / "python3", "")
    kept = {name: value for name, value in os.environ.items() if "FERRY" not in name}
    return {
        **kept,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "FERRY_HOME": str(folder.with_name(f"{folder.name}-home")),
        "PYTHONUNBUFFERED": "1",
    }


def _tool(path: Path, arguments: str) -> None:
    path.write_text(f'#!{shutil.which("sh")}\nexec "{sys.executable}" {arguments} "$@"\n')
    path.chmod(0o755)


def _compare(command: str, expected: Sequence[str], code: int, printed: Sequence[str]) -> None:
    told = "\n".join((f"{command}  [exit code {code}]", *printed))
    fails = any(line.startswith(_FAILURES) for line in expected)
    assert (code != 0) == fails, told
    if expected:
        assert _fits(expected, printed), told


def _fits(expected: Sequence[str], printed: Sequence[str]) -> bool:
    if not expected:
        return not printed
    first, rest = _one_space(expected[0]), expected[1:]
    if first == _ANYTHING:
        return any(_fits(rest, printed[skipped:]) for skipped in range(len(printed) + 1))
    pattern = ".*".join(map(re.escape, first.split(_ANYTHING)))
    return bool(printed and re.fullmatch(pattern, printed[0])) and _fits(rest, printed[1:])


def _one_space(line: str) -> str:
    return " ".join(line.split())
