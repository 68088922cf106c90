"""Names of repositories: which registry, which path in it (OCI distribution-spec 1.1, "Pulling").

``nginx`` is ``docker.io/library/nginx``: what has no registry in front is Docker Hub's, and what
has no slash there lies in ``library``.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["HUB", "canonical_host", "hub_path", "is_repository", "is_tag", "split_host"]

HUB: Final = "docker.io"
"""The host that Docker Hub's names have."""

_HUB_ALIASES = frozenset(
    {HUB, "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"}
)
_LONGEST = 255
_WORDS = re.compile("[a-z0-9]+")
_TAG = re.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")


def split_host(name: str) -> tuple[str, str]:
    """Split ``host/path``; the host is in lower case, '' if *name* has none in front.

    As everywhere since Docker, the first part is a host if it has a dot or a port, or is
    ``localhost``.
    """
    first, slash, rest = name.partition("/")
    host = first.lower()
    if slash and ("." in host or ":" in host or host == "localhost"):
        return canonical_host(host), rest
    return "", name


def canonical_host(host: str) -> str:
    """Return the one spelling of a host of references: Docker Hub has four."""
    plain = host.lower().removesuffix(":443")
    return HUB if plain in _HUB_ALIASES else plain


def hub_path(path: str) -> str:
    """Return the whole path of one of Docker Hub's repositories: ``nginx`` → ``library/nginx``."""
    return path if "/" in path else f"library/{path}"


def is_repository(path: str) -> bool:
    """Whether *path* can be a repository's: ``team/app``, lower case, at most 255 characters.

    Parts consist of letters and digits with ``.``, ``_``, ``__`` or hyphens between them.  The
    time is proportional to the length.
    """
    if not path or len(path) > _LONGEST:
        return False
    return all(map(_is_part, path.split("/")))


def is_tag(text: str) -> bool:
    """Whether *text* can be a tag."""
    return _TAG.fullmatch(text) is not None


def _is_part(part: str) -> bool:
    marks = _WORDS.split(part)
    if len(marks) < 2 or marks[0] or marks[-1]:
        return False
    return all(mark in (".", "_", "__") or not mark.strip("-") for mark in marks[1:-1])
