"""Names and versions of images in archives and layouts."""

from __future__ import annotations

from pathlib import Path

from provider_core.errors import DocumentError

__all__ = ["SUFFIXES", "checked", "image_name", "is_bare", "split_name", "stem"]

SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.zst")
"""Endings of archives' names, which are no part of the image's name."""
_MOST_NAME = 512
_MOST_VERSION = 128


def split_name(text: str) -> tuple[str, str]:
    """Split ``name:tag``, ``host:5000/name:tag`` or ``name:tag@digest``; '' where there is none."""
    text = text.partition("@")[0]
    name, colon, tag = text.rpartition(":")
    if not colon or "/" in tag:
        return text, ""
    return name, tag


def is_bare(reference: str) -> bool:
    """Whether *reference* is a tag alone, or empty: nothing that an image is called by."""
    name, tag = split_name(reference)
    return not tag and "/" not in name


def image_name(reference: str, path: Path) -> tuple[str, str]:
    """Return the name and version that a reference name or RepoTag gives.

    A bare tag takes the name of the file or folder *path*, and so does no reference at all,
    with the version ''.  Raises DocumentError for what cannot be a name.
    """
    name, version = split_name(reference)
    if is_bare(reference):
        name, version = "", name
    return checked(name or stem(path), version)


def checked(name: str, version: str) -> tuple[str, str]:
    """Return both, DocumentError if they are too long or hold what cannot be typed."""
    for text, most in ((name, _MOST_NAME), (version, _MOST_VERSION)):
        if len(text) > most or not text.isprintable():
            raise DocumentError(f"{text[:80]!r} is no name or version", what="image name")
    return name, version


def stem(path: Path) -> str:
    """Return the name of a file or folder without the ending of an archive."""
    name = path.name or path.absolute().name
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return name or "image"
