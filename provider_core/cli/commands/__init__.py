"""One module a command, each with its click command as ``command``; `cli.table` lists them."""

from __future__ import annotations

__all__: list[str] = []
