"""What a source of archives is: one layout or archive, or a folder of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from provider_core.errors import NoSuchFile, UsageError
from provider_core.model import Source, Trust
from provider_core.tar.headers import BLOCK

from .holders import FolderHolder, file_error, open_file
from .layout import Layout
from .tar_table import is_tar

__all__ = ["MARKERS", "checked_source", "local_path", "places"]

MARKERS = ("oci-layout", "*/oci-layout", "*.tar")
"""What makes a folder one of ours, best first."""


def local_path(text: str) -> Path:
    """Return *text* as an absolute path, ``~`` expanded; UsageError if it is a URL."""
    if "://" in text:
        raise UsageError(f"{text!r} is not a path", hint="give a folder or an archive")
    return Path(os.path.abspath(os.path.expanduser(text)))


def checked_source(source: Source) -> Source:
    """Return *source* with its location absolute.

    Raises UsageError if there is nothing of ours, NoSuchFile.
    """
    path = local_path(source.location)
    if not path.exists():
        raise NoSuchFile(path)
    if next(places(path), None) is None:
        raise UsageError(
            f"{path} holds no image layout and no archive (.tar)",
            hint="a source of archives is a layout, an archive, or a folder of these",
        )
    return replace(source, location=str(path), trust=Trust.ACCEPTED)


def places(path: Path) -> Iterator[Path]:
    """Yield the layouts and archives at *path* or directly in it, by name.

    In a folder only plain archives count: one that is compressed would have to be unpacked to
    be listed.  Raises NoSuchFile, StoreError.
    """
    if not path.is_dir() or _is_layout(path):
        yield path
        return
    try:
        children = sorted(path.iterdir())
    except OSError as error:
        raise file_error(path, error) from error
    for child in children:
        if _is_layout(child) if child.is_dir() else _is_plain_archive(child):
            yield child


def _is_layout(path: Path) -> bool:
    return Layout.is_in(FolderHolder(path))


def _is_plain_archive(path: Path) -> bool:
    if path.suffix.lower() != ".tar" or not path.is_file():
        return False
    with open_file(path) as stream:
        return is_tar(stream.read(BLOCK))
