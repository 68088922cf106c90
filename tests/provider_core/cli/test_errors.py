"""Every failure is one sentence, a hint and an exit code; nothing is printed to stdout."""

from __future__ import annotations

import click
import pytest

from provider_core import errors
from provider_core.errors import Error
from provider_core.operations import Host

from .running import Ferry

FAILURES: list[tuple[Error, int]] = [
    (Error("it failed"), 1),
    (errors.UsageError("it contradicts itself"), 2),
    (errors.UnknownSource("hub"), 2),
    (errors.Exists("x.tar"), 2),
    (errors.NotInstalled("nginx"), 3),
    (errors.NoSuchFile("x.tar"), 3),
    (errors.DigestMismatch("sha256:a", "sha256:b"), 4),
    (errors.Offline("the hub"), 5),
    (errors.RateLimited("the hub", 7.5), 5),
    (errors.Locked("the home", pid=7), 6),
    (errors.NoSpace("/srv", needed=9, free=3), 6),
    (errors.ProviderFault("acme", "find", "ValueError: no"), 7),
    (errors.Cancelled(), 130),
    (errors.Cancelled(signal=15), 143),
]


def _fail_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(host: Host, pattern: str = "", *, revision: int | None = None) -> None:
        raise error

    monkeypatch.setattr(Host, "list", fail)


@pytest.mark.parametrize(("error", "code"), FAILURES, ids=lambda value: type(value).__name__)
def test_errors_have_their_exit_codes(
    ferry: Ferry, monkeypatch: pytest.MonkeyPatch, error: Error, code: int
) -> None:
    _fail_with(monkeypatch, error)
    ran = ferry("list")
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith(f"ferry: {error.message}\n")
    assert (f"hint: {error.hint}\n" in ran.err) == bool(error.hint)


def test_json_errors_are_objects_on_stderr(ferry: Ferry, monkeypatch: pytest.MonkeyPatch) -> None:
    _fail_with(monkeypatch, errors.NoSpace("/srv", needed=9, free=3))
    ran = ferry("list", "--json")
    assert (ran.code, ran.out) == (6, "")
    assert ran.asides == [
        {
            "schema": "ferry.error/1",
            "class": "NoSpace",
            "code": 6,
            "message": "no space left at /srv: 9 bytes needed, 3 free",
            "hint": "free some space (`ferry store gc --grace 0`) and repeat the command",
            "fields": {"where": "/srv", "needed": 9, "free": 3},
        }
    ]


def test_words_of_others_are_inert(ferry: Ferry, monkeypatch: pytest.MonkeyPatch) -> None:
    error = Error("bad\x1b[2J\nferry: all is well", hint="see\u202e")
    error.provider = "ac\x07me"
    _fail_with(monkeypatch, error)
    assert ferry("list").err == (
        "ferry: bad\\x1b[2J\\x0aferry: all is well\nprovider: ac\\x07me\nhint: see\\u202e\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["frobnicate"], "there is no command 'ferry frobnicate'", "`ferry --help`"),
        (["instal"], "there is no command 'ferry instal'", "did you mean install"),
        (["source", "ad"], "there is no command 'ferry source ad'", "did you mean add"),
        (["list", "--bad"], "No such option", "`ferry list --help`"),
        (["list", "--home", ""], "--home names no folder", "leave --home out"),
        (["store", "path", "--home", " "], "--home names no folder", "leave --home out"),
        (["install"], "nothing is asked for", "-f images.toml"),
        (["save", "x"], "Missing option '--to'", "`ferry save --help`"),
        (["list", "--revision", "x"], "Invalid value", "`ferry list --help`"),
        (["list", "--columns", "Colour"], "there is no column 'Colour'", "columns are: Name,"),
        (["store", "gc", "--grace", "-1"], "Invalid value", "`ferry store gc --help`"),
    ],
)
def test_usage_errors_are_2_in_the_same_form(
    ferry: Ferry, arguments: list[str], message: str, hint: str
) -> None:
    ran = ferry(*arguments)
    assert (ran.code, ran.out) == (2, "")
    first, second = ran.err.splitlines()
    assert first.startswith(f"ferry: {message}")
    assert second.startswith("hint: ")
    assert hint in second


def test_usage_errors_are_json_too(ferry: Ferry) -> None:
    (aside,) = ferry("list", "--json", "--bad").asides
    assert (aside["class"], aside["code"]) == ("UsageError", 2)


def test_an_unexpected_exception_is_a_bug_of_one_line(
    ferry: Ferry, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fail_with(monkeypatch, KeyError("layer"))
    ran = ferry("list")
    assert ran.code == 1
    assert ran.err.splitlines()[0] == "ferry: KeyError: 'layer'"
    assert "this is a bug" in ran.err
    assert "FERRY_TRACE=1" in ran.err
    assert "Traceback" not in ran.err


def test_trace_shows_every_hook_call(shelved: Ferry) -> None:
    shelved.environ["FERRY_TRACE"] = "1"
    ran = shelved("find", "nanoserver")
    assert ran.code == 0
    assert "provider_core.trace: shelf.find(" in ran.err
    shelved.environ["FERRY_TRACE"] = "0"
    assert shelved("find", "nanoserver").err == ""


def test_trace_shows_the_traceback_made_inert(
    ferry: Ferry, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fail_with(monkeypatch, ValueError("\x1b[2J"))
    ferry.environ["FERRY_TRACE"] = "1"
    ran = ferry("list")
    assert "Traceback (most recent call last):" in ran.err
    assert "\x1b" not in ran.err


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_is_130(
    ferry: Ferry, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    _fail_with(monkeypatch, error)
    assert ferry("list").code == 130


def test_a_full_disk_behind_stdout_is_an_error(stocked: Ferry) -> None:
    with open("/dev/full", "w") as full:
        ran = stocked.finished("list", stdout=full)
    assert ran.code == 1
    assert "the result cannot be written: No space left on device" in ran.err


def test_a_bad_setting_is_a_usage_error(ferry: Ferry) -> None:
    ferry.environ["FERRY_JOBS"] = "many"
    ran = ferry("list")
    assert ran.code == 2
    assert "FERRY_JOBS" in ran.err
