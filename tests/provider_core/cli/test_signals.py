"""SIGINT and SIGTERM, and pipes that close."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from provider_core.cancel import CancelToken
from provider_core.cli import signals
from provider_core.cli.invocation import Invocation
from provider_core.cli.main import run
from provider_core.cli.signals import cancelled_by_signals
from provider_core.errors import Cancelled

from .running import SHELF, Ferry


def _at_work() -> bool:
    return True


def _slow_provider(folder: Path, marker: Path) -> Path:
    """Write a shelf whose blobs trickle in, and that says when it began."""
    path = folder / "slow.py"
    text = SHELF.read_text(encoding="utf-8")
    text += f"""

import pathlib, time

class Trickle(io.BytesIO):
    def read(self, size=-1):
        pathlib.Path({str(marker)!r}).write_text("begun", encoding="utf-8")
        time.sleep(0.2)
        return super().read(1)

    def readinto(self, buffer):
        data = self.read(1)
        buffer[: len(data)] = data
        return len(data)

class Slow(Shelf):
    def open(self, descriptor, package, context):
        return Trickle(super().open(descriptor, package, context).read())

provider = Slow
"""
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_an_install_and_keeps_the_home_whole(
    shelved: Ferry, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    marker = tmp_path / "begun"
    slow = str(_slow_provider(tmp_path, marker))
    with shelved.process("--provider-path", slow, "install", "NanoServer") as process:
        _wait_for(marker)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == code, err
    assert out == b""
    assert err.startswith(b"ferry: interrupted\n")
    assert b"run the same command again" in err
    assert shelved("install", "NanoServer").code == 0
    assert shelved("store", "check").code == 0


def test_a_signal_ends_waiting_for_stdin(
    ferry: Ferry, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = os.pipe()
    main = threading.main_thread().ident or 0
    timer = threading.Timer(0.2, lambda: signal.pthread_kill(main, signal.SIGINT))
    with os.fdopen(ours, encoding="utf-8") as reading, os.fdopen(theirs, "wb"):
        monkeypatch.setattr(sys, "stdin", reading)
        timer.start()
        assert run(["install", "-"], Invocation(environ=ferry.environ)) == 130
    assert capsys.readouterr().err.startswith("ferry: interrupted\n")


def test_where_nothing_is_at_stake_the_first_signal_does_not_wait() -> None:
    with cancelled_by_signals(CancelToken(), lambda: False), pytest.raises(Cancelled):
        signal.raise_signal(signal.SIGINT)


def test_the_second_signal_does_not_wait() -> None:
    token = CancelToken()
    with cancelled_by_signals(token, _at_work):
        signal.raise_signal(signal.SIGTERM)
        assert token.is_cancelled
        with pytest.raises(Cancelled) as caught:
            signal.raise_signal(signal.SIGTERM)
    assert caught.value.signal == signal.SIGTERM


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "PATIENCE", 0.05)
    with cancelled_by_signals(CancelToken(), _at_work):
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(Cancelled):
            threading.Event().wait(20)


def test_handlers_are_put_back_and_timers_ended() -> None:
    before = signal.getsignal(signal.SIGINT)
    with cancelled_by_signals(CancelToken(), _at_work):
        signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_a_thread_of_its_own_leaves_signals_alone() -> None:
    seen: list[object] = []

    def run() -> None:
        with cancelled_by_signals(CancelToken(), _at_work):
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=run)
    before = signal.getsignal(signal.SIGINT)
    thread.start()
    thread.join()
    assert seen == [before]


def test_a_closed_pipe_is_no_error(stocked: Ferry) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    with os.fdopen(theirs, "wb") as pipe:
        ran = stocked.finished("list", stdout=pipe)
    assert (ran.code, ran.err) == (0, "")


def test_a_pipe_that_closes_early_is_no_error(stocked: Ferry) -> None:
    command = f"{sys.executable} -m provider_core.cli catalog log --json | head -c 1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        env={**os.environ, **stocked.environ},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"{", b"")


def test_no_stdout_and_no_stderr_are_no_error(stocked: Ferry) -> None:
    command = f"{sys.executable} -m provider_core.cli list >&- 2>&-"
    done = subprocess.run(
        ["bash", "-c", command], env={**os.environ, **stocked.environ}, check=False
    )
    assert done.returncode == 0


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
