"""Reading lists and locks from files; which kind a list is, its name's ending says."""

from __future__ import annotations

from pathlib import Path

from ..errors import NoSuchFile, StoreError, UsageError
from .locked import Lock, parse_lock
from .plain_list import parse_plain
from .sync_list import parse_sync
from .toml_list import parse_toml
from .wanted import Wanted

__all__ = ["parse_list", "read_list", "read_lock"]

_LIMIT = 4 << 20


def read_list(path: Path) -> tuple[Wanted, ...]:
    """Read the list in the file *path*: ``.toml``, skopeo's ``.yaml`` or ``.yml``, else plain.

    Raises NoSuchFile, StoreError, UsageError, NotSupported.
    """
    return parse_list(_text(path), kind=path.suffix.lower(), what=str(path))


def parse_list(text: str, *, kind: str, what: str) -> tuple[Wanted, ...]:
    """Read a list's text as *kind*, an ending, says; *what* names it in errors."""
    if kind == ".toml":
        return parse_toml(text, what=what)
    if kind in (".yaml", ".yml"):
        return parse_sync(text, what=what)
    return parse_plain(text, what=what)


def read_lock(path: Path) -> Lock:
    """Read the lock in the file *path*.  Raises NoSuchFile, StoreError, UsageError."""
    return parse_lock(_text(path), what=str(path))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LIMIT + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise NoSuchFile(path) from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder", hint="name a file in it") from None
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read: {error.strerror}", hint="check its permissions", path=str(path)
        ) from error
    if len(data) > _LIMIT:
        raise UsageError(f"{path} has more than {_LIMIT} bytes", hint="split it")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8", hint="save it as UTF-8") from error
