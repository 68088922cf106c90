"""How engines spell the names of images: with the host that a user leaves out, or without.

Docker leaves out ``docker.io/library/``, Podman and containerd write it; Podman puts
``localhost/`` before what it built itself (distribution reference, "familiar" and normalised
names).
"""

from __future__ import annotations

__all__ = ["familiar", "qualified", "split_tag"]

_LEFT_OUT = ("docker.io/library/", "docker.io/", "localhost/")


def familiar(name: str) -> str:
    """Return what all spellings of one ``repository:tag`` share: no default host, no default tag.

    >>> familiar("docker.io/library/nginx:latest")
    'nginx:latest'
    """
    for start in _LEFT_OUT:
        if name.startswith(start):
            name = name[len(start) :]
            break
    repository, tag = split_tag(name)
    return f"{repository}:{tag or 'latest'}"


def qualified(name: str) -> str:
    """Return ``repository:tag`` with host and tag, as containerd wants it.

    >>> qualified("team/app")
    'docker.io/team/app:latest'
    """
    repository, tag = split_tag(name)
    first, slash, _ = repository.partition("/")
    if not slash:
        repository = f"docker.io/library/{repository}"
    elif not (first == "localhost" or "." in first or ":" in first):
        repository = f"docker.io/{repository}"
    return f"{repository}:{tag or 'latest'}"


def split_tag(name: str) -> tuple[str, str]:
    """Return repository and tag of *name*; the tag is '' if there is none.

    >>> split_tag("localhost:5000/app")
    ('localhost:5000/app', '')
    """
    folder, slash, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    return folder + slash + last, tag
