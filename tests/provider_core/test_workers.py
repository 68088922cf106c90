"""Threads are used again, and never by two at a time."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextvars import ContextVar
from queue import SimpleQueue

import pytest

from provider_core import workers
from provider_core.workers import in_background

WORD: ContextVar[str] = ContextVar("word", default="nothing")


@pytest.fixture(autouse=True)
def nobody_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin without the threads that other tests have left."""
    monkeypatch.setattr(workers, "_idle", [])


def _ran(name: str = "work") -> tuple[threading.Thread, str, str]:
    """Do a short piece of work; return its thread, its name, and what it found in its context."""
    said: SimpleQueue[tuple[threading.Thread, str, str]] = SimpleQueue()

    def work() -> None:
        thread = threading.current_thread()
        said.put((thread, thread.name, WORD.get()))
        WORD.set("left over")

    in_background(work, name=name)
    answer = said.get(timeout=10)
    _until(lambda: answer[0].name == "idle")
    return answer


def _until(holds: object) -> None:
    assert callable(holds)
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_a_thread_is_used_again_under_another_name_in_an_empty_context() -> None:
    first, name, word = _ran("one")
    assert (name, word) == ("one", "nothing")
    second, name, word = _ran("two")
    assert (name, word) == ("two", "nothing")
    assert first is second
    assert first.daemon


def test_what_never_ends_keeps_only_its_own_thread() -> None:
    end = threading.Event()
    hanging: SimpleQueue[threading.Thread] = SimpleQueue()

    def hang() -> None:
        hanging.put(threading.current_thread())
        end.wait(20)

    in_background(hang, name="hang")
    try:
        assert _ran()[0] is not hanging.get(timeout=10)
    finally:
        end.set()


def test_many_at_once_all_run() -> None:
    together = threading.Barrier(20)
    done: SimpleQueue[int] = SimpleQueue()

    def meet() -> None:
        together.wait(10)
        done.put(1)

    for _ in range(20):
        in_background(meet, name="meet")
    assert sum(done.get(timeout=10) for _ in range(20)) == 20


def test_a_thread_that_nobody_needs_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_IDLE_SECONDS", 0.01)
    thread, _, _ = _ran()
    thread.join(10)
    assert not thread.is_alive()
    assert _ran()[0] is not thread


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_has_threads_of_its_own() -> None:
    code = """
import os, threading, time
from provider_core.workers import in_background

def run():
    done = threading.Event()
    in_background(done.set, name="work")
    assert done.wait(10)
    time.sleep(0.05)

run()
child = os.fork()
run()
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", code], timeout=60, check=False)
    assert ran.returncode == 0
