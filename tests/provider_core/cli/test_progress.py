from __future__ import annotations

import io
import json
import sys
import threading

import pytest

from provider_core.cli import progress as module
from provider_core.cli.progress import (
    BarProgress,
    JsonProgress,
    PlainProgress,
    choose_progress,
)
from provider_core.cli.render import Output
from provider_core.context import Progress

from .running import Ferry


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _watch(monkeypatch: pytest.MonkeyPatch) -> _Terminal:
    stream = _Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


def _work(progress: Progress) -> None:
    progress.start("a", "layer\x1b[2J", 2000)
    progress.advance("a", 500)
    progress.notice("half\x07way")
    progress.advance("a", 1500)
    progress.done("a")
    progress.done("a")
    progress.advance("a", 1)


def test_bars_for_people(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _watch(monkeypatch)
    progress = choose_progress("auto", Output())
    assert isinstance(progress, BarProgress)
    _work(progress)
    shown = terminal.getvalue()
    assert "layer\\x1b[2J" in shown
    assert "layer\x1b" not in shown
    assert "half\\x07way\n" in shown


def test_bars_of_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _watch(monkeypatch)
    progress = BarProgress(Output())

    def work(key: str) -> None:
        progress.start(key, key, 10)
        for _ in range(10):
            progress.advance(key, 1)
        progress.done(key)

    threads = [threading.Thread(target=work, args=(str(at),)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f"{key}:   0%" in terminal.getvalue() for key in range(8))
    assert [thread.name for thread in threading.enumerate() if "tqdm" in thread.name.lower()] == []


def test_no_bars_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    _watch(monkeypatch)
    assert not isinstance(choose_progress("auto", Output(json=True)), BarProgress)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert not isinstance(choose_progress("auto", Output()), BarProgress)
    assert not isinstance(choose_progress("none", Output()), BarProgress)


@pytest.mark.parametrize("kind", ["none", "auto"])
def test_what_must_be_read_is_told_whatever_is_shown(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _work(choose_progress(kind, Output()))
    assert capsys.readouterr().err == "half\\x07way\n"


def test_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    progress = choose_progress("plain", Output())
    assert isinstance(progress, PlainProgress)
    _work(progress)
    assert capsys.readouterr().err == ("layer\\x1b[2J: 2 kB\nhalf\\x07way\nlayer\\x1b[2J: done\n")
    progress.start("b", "unknown", None)
    assert capsys.readouterr().err == "unknown\n"


def test_json_events(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "INTERVAL", 0.0)
    progress = choose_progress("json", Output())
    assert isinstance(progress, JsonProgress)
    _work(progress)
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [event.get("event", "notice") for event in events] == [
        "start",
        "advance",
        "notice",
        "advance",
        "done",
    ]
    assert events[-1] == {
        "schema": "ferry.progress/1",
        "event": "done",
        "key": "a",
        "label": "layer\x1b[2J",
        "total": 2000,
        "done": 2000,
    }


def test_json_events_are_not_a_flood(capsys: pytest.CaptureFixture[str]) -> None:
    progress = JsonProgress(Output())
    progress.start("a", "layer", 1000)
    for _ in range(1000):
        progress.advance("a", 1)
    progress.done("a")
    assert len(capsys.readouterr().err.splitlines()) < 20


@pytest.mark.parametrize("kind", ["plain", "json", "none", "auto"])
def test_progress_never_reaches_the_result(shelved: Ferry, kind: str) -> None:
    ran = shelved("install", "NanoServer", "--progress", kind, "--json")
    assert [row["schema"] for row in ran.rows] == ["ferry.image/1"]
    shown = {aside["schema"] for aside in ran.asides}
    assert ("ferry.progress/1" in shown) == (kind == "json")
