"""Passphrases: from a file, the environment or a terminal, and never guessed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from provider_core.errors import NoSuchFile, UsageError
from provider_feed.passphrases import Passphrases, passphrase_from

from ...provider_core.cli.running import Ferry


def typing(*answers: str) -> Callable[[str], str]:
    """Return somebody who types *answers*, one after the other."""
    waiting: Iterator[str] = iter(answers)
    return lambda prompt: next(waiting)


def at_a_terminal(*answers: str) -> Passphrases:
    return Passphrases(is_terminal=lambda: True, ask=typing(*answers))


def test_a_new_one_is_typed_twice() -> None:
    assert at_a_terminal("secret", "secret").new("the key") == b"secret"
    with pytest.raises(UsageError, match="differ"):
        at_a_terminal("secret", "secrets").new("the key")
    with pytest.raises(UsageError, match="empty"):
        at_a_terminal("").new("the key")


def test_ctrl_d_is_no_passphrase() -> None:
    def end(prompt: str) -> str:
        raise EOFError

    with pytest.raises(UsageError, match="typed"):
        Passphrases(is_terminal=lambda: True, ask=end).existing("the key")


def test_an_existing_one_is_typed_once() -> None:
    assert at_a_terminal("sécret").existing("the key") == "sécret".encode()


def test_a_file_goes_before_the_environment_and_that_before_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"of the file\r\nmore")
    environ = {"FERRY_PASSPHRASE": "of the environment"}
    both = Passphrases(file=tmp_path / "file", environ=environ)
    assert both.existing("the key") == both.new("the key") == b"of the file"
    told = Passphrases(environ=environ, is_terminal=lambda: True, ask=typing())
    assert told.existing("the key") == told.new("the key") == b"of the environment"


def test_none_is_none_for_new_keys_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("secret")
    none = Passphrases(file=tmp_path / "file", none=True)
    assert none.new("the key") is None
    assert none.existing("the key") == b"secret"


def test_nobody_is_asked_without_a_terminal() -> None:
    nobody = Passphrases(is_terminal=lambda: False, ask=typing())
    for ask in (nobody.new, nobody.existing):
        with pytest.raises(UsageError, match="no terminal") as caught:
            ask("the key")
        assert "--passphrase-file" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"\n", b"\r\nsecond"])
def test_an_empty_line_is_no_passphrase(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(UsageError):
        passphrase_from(tmp_path / "file")
    with pytest.raises(NoSuchFile):
        passphrase_from(tmp_path / "nothing")


def test_a_passphrase_is_not_shown() -> None:
    assert "secret" not in repr(Passphrases(environ={"FERRY_PASSPHRASE": "secret"}))


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_is_asked_and_shows_nothing(ferry: Ferry, tmp_path: Path) -> None:
    feed = str(tmp_path / "feed")
    shown = at_pseudo_terminal(ferry, ["feed", "init", feed], [b"hush 1", b"hush 1"] * 2)
    assert b"New passphrase of the new root key" in shown
    assert b"New passphrase of the new online key" in shown
    assert b"hush" not in shown
    assert (tmp_path / "feed/trust/timestamp.json").exists()
    shown = at_pseudo_terminal(ferry, ["feed", "refresh", feed], [b"wrong"])
    assert b"does not open the key" in shown
    shown = at_pseudo_terminal(ferry, ["feed", "refresh", feed], [b"hush 1"])
    assert b"Version        : 2" in shown


def at_pseudo_terminal(ferry: Ferry, arguments: list[str], answers: list[bytes]) -> bytes:
    """Run ferry at a terminal of its own, answering each prompt; return what was shown."""
    import pty

    child, terminal = pty.fork()
    if not child:
        os.environ.update(ferry.environ)
        os.execv(sys.executable, [sys.executable, "-m", "provider_core.cli", *arguments])
    shown, asked = b"", 0
    while piece := _read(terminal):
        shown += piece
        prompts = shown.count(b": ", shown.rfind(b"\n") + 1) if answers else 0
        if prompts and shown.endswith(b": "):
            os.write(terminal, answers.pop(0) + b"\n")
            asked += 1
    os.close(terminal)
    os.waitpid(child, 0)
    return shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so when the other end is closed
        return b""
