"""Where the wheel of something comes from: a file, a folder, what is installed here, an index."""

from __future__ import annotations

import json
from importlib.metadata import Distribution, distributions, entry_points
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from urllib.request import url2pathname

from packaging.requirements import InvalidRequirement, Requirement

from ..cancel import CancelToken
from ..errors import NoSuchFile, NotSupported, UsageError
from .facts import PROVIDER_GROUP
from .pip import build_wheel
from .repacking import repack

__all__ = ["OWN", "own_wheel", "wanted_wheel"]

OWN = "imageferry"
"""The distribution that ferry is."""


def own_wheel(folder: Path, cancel: CancelToken) -> Path:
    """Make the wheel of the ferry that runs, in *folder*.

    Raises NotSupported if it is not installed, and as `wheel_of` does.
    """
    for found in distributions(name=OWN):
        if found.read_text("RECORD"):  # a checkout on the path has metadata too, and no record
            return wheel_of(found, folder, cancel)
    raise NotSupported(
        "this ferry is not installed, so no wheel can be made of it",
        hint="install it with pip, in a folder of its own if you like (python -m venv)",
    )


def wheel_of(installed: Distribution, folder: Path, cancel: CancelToken) -> Path:
    """Make the wheel of an installed distribution in *folder*: of its sources, or by its RECORD.

    Raises NotSupported, DigestMismatch, and Error if its sources cannot be built.
    """
    project = _project_of(installed)
    if project is None:
        return repack(installed, folder)
    return _built(project, folder, cancel)


def wanted_wheel(name: str, folder: Path, cancel: CancelToken) -> str:
    """Return what pip is to be asked for where the user said *name*.

    That is a path if *name* is a wheel, a project's folder, or a provider that is installed here
    (their wheels are made in *folder*), else *name*, a requirement.  Raises UsageError,
    NoSuchFile, and as `wheel_of` does.
    """
    path = Path(name).expanduser()
    if path.suffix == ".whl" or path.is_dir():
        if not path.exists():
            raise NoSuchFile(name)
        return str(_built(path, folder, cancel) if path.is_dir() else path.absolute())
    for point in entry_points(group=PROVIDER_GROUP, name=name):
        if point.dist is not None:
            return str(wheel_of(point.dist, folder, cancel))
    try:
        return str(Requirement(name))
    except InvalidRequirement as error:
        raise UsageError(
            f"{name!r} is no provider, distribution, wheel or folder",
            hint="name a distribution as pip does, such as 'imageferry-acme>=1'",
            name=name,
        ) from error


def _project_of(installed: Distribution) -> Path | None:
    """Return the folder that an editable installation comes from (direct_url.json); else None."""
    text = installed.read_text("direct_url.json")
    told = json.loads(text) if text else {}
    if not told.get("dir_info", {}).get("editable"):
        return None
    return Path(url2pathname(urlsplit(told["url"]).path))


def _built(project: Path, folder: Path, cancel: CancelToken) -> Path:
    with TemporaryDirectory(dir=folder) as scratch:
        build_wheel(project.absolute(), Path(scratch), cancel)
        (made,) = Path(scratch).glob("*.whl")
        return made.rename(folder / made.name)
