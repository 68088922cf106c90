"""A secret from standard input or, unseen, from the keyboard; never from the arguments."""

from __future__ import annotations

import sys

import click

from ..errors import UsageError

__all__ = ["read_secret"]

_LIMIT = 64 << 10


def read_secret(*, from_stdin: bool, prompt: str) -> str:
    """Return a secret without the line end it came with.

    Raises UsageError if it is empty, longer than 64 KiB or not UTF-8, or if it would have to be
    typed and nobody sits at a terminal.
    """
    if not from_stdin:
        if sys.stdin is None or not sys.stdin.isatty():
            raise UsageError("no secret was given", hint="pipe it, with --password-stdin")
        secret: str = click.prompt(prompt, hide_input=True, err=True)
        return secret
    data = sys.stdin.buffer.read(_LIMIT + 1) if sys.stdin is not None else b""
    try:
        secret = data.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise UsageError("the secret is not UTF-8", hint="pipe text") from None
    if not secret or len(data) > _LIMIT or "\n" in secret:
        raise UsageError("the secret on standard input is no single line", hint="pipe one line")
    return secret
