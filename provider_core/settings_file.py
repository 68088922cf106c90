"""Writing a config.toml: flat, since every setting is a flag, a number or a list of texts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .disk.replacing import replace_file

__all__ = ["toml_value", "write_settings"]


def write_settings(path: Path, values: Mapping[str, Any]) -> None:
    """Replace *path* by a file that sets *values*, whole or not; StoreError, NoSpace."""
    text = "".join(f"{name} = {toml_value(value)}\n" for name, value in sorted(values.items()))
    replace_file(path, text.encode())


def toml_value(value: Any) -> str:
    """Return a text, flag, number or list of these as TOML 1.0 writes it, on one line."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # A basic string of TOML 1.0 is one of JSON, but for DEL and for surrogate pairs.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)
