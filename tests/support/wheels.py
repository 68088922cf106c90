"""Small wheels made in a test, and the examples' own, built once."""

from __future__ import annotations

import atexit
import shutil
import zipfile
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from provider_core.cancel import CancelToken
from provider_core.wheels.pip import build_wheel
from provider_core.wheels.sums import SUMS, sums_of

__all__ = ["acme_wheel", "kept_folder", "list_sums", "write_wheel"]

ACME = Path(__file__).parents[2] / "examples" / "acme_provider"


def write_wheel(
    folder: Path, name: str, version: str, *requires: str, files: dict[str, str] | None = None
) -> Path:
    """Write a wheel without a RECORD that anybody would check: metadata and *files*."""
    stem = f"{name.replace('-', '_')}-{version}"
    path = folder / f"{stem}-py3-none-any.whl"
    lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {one}" for one in requires)]
    members = {
        **(files or {}),
        f"{stem}.dist-info/METADATA": "\n".join(["Metadata-Version: 2.1", *lines, ""]),
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{one},,\n" for one in (*members, f"{stem}.dist-info/RECORD"))
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in {**members, f"{stem}.dist-info/RECORD": record}.items():
            archive.writestr(member, text)
    return path


def kept_folder() -> Path:
    """Make a folder that goes when the tests end."""
    folder = Path(mkdtemp(prefix="ferry-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def acme_wheel(version: str) -> Path:
    """Build the wheel of examples/acme_provider, as *version*; once in a session."""
    folder = kept_folder()
    project = folder / "project"
    shutil.copytree(ACME, project)
    setup = project / "setup.cfg"
    setup.write_text(setup.read_text().replace("version = 1.0.0", f"version = {version}"))
    build_wheel(project, folder, CancelToken())
    (path,) = folder.glob("*.whl")
    return path


def list_sums(folder: Path) -> None:
    """Write the list of hashes of what is in *folder*."""
    (folder / SUMS).write_text(sums_of(folder))
