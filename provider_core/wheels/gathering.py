"""Gathering wheels into a folder that is there as a whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from packaging.requirements import Requirement

from ..cancel import CancelToken
from ..disk.durable import sync_folder
from ..disk.failures import disk_errors
from ..disk.folders import remove_folder, sync_tree
from ..errors import Exists, IntegrityError, NoSuchFile
from .closure import closure
from .facts import Wheel, wheels_in
from .origin import OWN, own_wheel, wanted_wheel
from .pip import download
from .target import Target

__all__ = ["gather", "put_in_place"]


def gather(
    folder: Path, wanted: Sequence[str], target: Target, cancel: CancelToken
) -> tuple[Wheel, ...]:
    """Bring the wheels of *wanted*, and of all that they require, for *target* into *folder*.

    Ferry itself, `OWN`, is the one that runs here and comes from no index; the others are what
    `wanted_wheel` takes.  Raises what making and fetching raise; IntegrityError if what came is
    not whole.
    """
    folder.mkdir()
    with tempfile.TemporaryDirectory(prefix="ferry-wheels-") as scratch:
        made = Path(scratch)
        own = own_wheel(made, cancel)
        words = [_word(name, own, made, cancel) for name in wanted]
        # Without it there, whatever an index calls so would be taken for ferry.
        named = words if any(word.startswith(str(own)) for word in words) else [*words, str(own)]
        download(named, folder, target, cancel)
        roots = [_root(word) for word in words]
    return _needed(wheels_in(folder), roots, target)


def _word(name: str, own: Path, made: Path, cancel: CancelToken) -> str:
    """Return what pip is to be asked for where *name* is wanted."""
    if name.partition("[")[0] == OWN:
        return f"{own}{name.removeprefix(OWN)}"
    return wanted_wheel(name, made, cancel)


def _needed(wheels: Sequence[Wheel], roots: Sequence[str], target: Target) -> tuple[Wheel, ...]:
    """Remove the wheels that *roots* do not need, and return the others."""
    known = {wheel.facts.name: wheel.facts for wheel in wheels}
    needed = closure(roots, known, target.environment())
    if needed.missing:
        raise IntegrityError(
            f"what was gathered is not whole: {', '.join(needed.missing)}",
            hint="another version of pip may know better; `ferry doctor` says which Python this is",
            missing=needed.missing,
        )
    for wheel in wheels:
        if wheel.facts.name not in needed.names:
            wheel.path.unlink()
    return tuple(wheel for wheel in wheels if wheel.facts.name in needed.names)


@contextmanager
def put_in_place(folder: Path) -> Iterator[Path]:
    """Give a folder to be filled, which becomes *folder* when the block ends well.

    Raises Exists if there is something in *folder*, NoSuchFile without the one it is to lie in,
    StoreError, NoSpace.
    """
    folder = folder.absolute()
    if not folder.parent.is_dir():
        raise NoSuchFile(folder.parent)
    with disk_errors(folder):
        if os.path.lexists(folder) and (not folder.is_dir() or any(folder.iterdir())):
            raise Exists(str(folder), hint="name a folder that is not there yet, or is empty")
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            yield beside
            beside.chmod(0o755)
            sync_tree(beside)
            with suppress(FileNotFoundError):
                folder.rmdir()
            beside.rename(folder)
            sync_folder(folder.parent)
        except BaseException:
            remove_folder(beside)
            raise


def _root(word: str) -> str:
    """Return the requirement that a word for pip stands for: a wheel's name with its extras."""
    path, bracket, extras = word.partition("[")
    if not path.endswith(".whl"):
        return word
    facts = Wheel.read(Path(path)).facts
    return str(Requirement(f"{facts.name}{bracket}{extras}"))
