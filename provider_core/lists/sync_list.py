"""The YAML of ``skopeo sync`` (skopeo-sync.1, "YAML file content"): registries and their images.

Logins and TLS have their place elsewhere here; a file that has them is refused, not half obeyed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ..errors import NotSupported, UsageError
from ..versions import VersionRange
from .wanted import Wanted

__all__ = ["parse_sync"]

_MOST = 10_000
_ELSEWHERE = {
    "credentials": "`ferry source login`, or docker's and podman's own files",
    "tls-verify": "--plain-http for http; certificates are always checked",
    "cert-dir": "--ca-file, --client-certificate and --client-key",
}
"""Key → where ferry has that."""
_CLAUSE = re.compile(r"(>=|<=|>|<|==|=)?\s*v?(\d+(?:\.\d+){0,3}(?:-[0-9A-Za-z.-]+)?)")


def parse_sync(text: str, *, what: str) -> tuple[Wanted, ...]:
    """Read the file's text.

    An image without tags means all of its tags.  Of version constraints, comparisons joined by
    commas are read.  Raises UsageError with the place; NotSupported for what is done in another
    way here, and without the package PyYAML.
    """
    document = _load(text, what)
    if not isinstance(document, dict) or not document:
        raise UsageError(f"{what} lists no registries", hint="see skopeo-sync(1)")
    listed = (
        wanted
        for registry, section in document.items()
        for wanted in _of_registry(registry, section, f"{what}, {registry}")
    )
    found = list(islice(listed, _MOST + 1))  # a few lines of YAML can stand for millions
    if not found or len(found) > _MOST:
        raise UsageError(f"{what} lists no images, or too many", hint="see skopeo-sync(1)")
    return tuple(found)


def _load(text: str, what: str) -> Any:
    try:
        import yaml
    except ImportError:
        raise NotSupported(
            "reading YAML needs the package PyYAML",
            hint="pip install 'imageferry[yaml]', or a kit with --extra yaml",
        ) from None

    class Loader(yaml.BaseLoader):
        """Every scalar is the text that stands there: 3.10 is no number."""

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
            keys = [key.value for key, _ in node.value]
            if len(keys) != len({str(key) for key in keys}):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key appears twice", node.start_mark
                )
            return super().construct_mapping(node, deep=deep)

    try:
        return yaml.load(text, Loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise UsageError(f"{what} is not YAML: {_reason(error)}", hint="mend the file") from None


def _reason(error: BaseException) -> str:
    """Return what is wrong and where, without the lines that stand there."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    place = f" (line {mark.line + 1})" if mark is not None else ""
    return f"{problem or 'nested too deep'}{place}"


def _of_registry(registry: object, section: object, where: str) -> Iterator[Wanted]:
    if not isinstance(registry, str) or not isinstance(section, dict):
        raise UsageError(f"{where} is no registry with its images", hint="see skopeo-sync(1)")
    for key in section:
        if key in _ELSEWHERE:
            raise NotSupported(
                f"{where} has {key!r}, which is not read from a list",
                hint=f"take it out and use {_ELSEWHERE[key]}",
            )
        if key not in _READERS:
            raise UsageError(f"{where} has {key!r}, which means nothing", hint="see skopeo-sync(1)")
    for key, reader in _READERS.items():
        images = section.get(key) or {}
        if not isinstance(images, dict):
            raise UsageError(f"{where}, {key} is no map of images", hint="see skopeo-sync(1)")
        for name, value in images.items():
            yield from reader(f"{registry}/{name}", value, f"{where}, {key}, {name}")


def _by_tags(name: str, value: object, where: str) -> Iterator[Wanted]:
    if value in ("", None, []):
        yield Wanted(request=name, keep=0)
        return
    if not isinstance(value, list) or not all(isinstance(tag, str) and tag for tag in value):
        raise UsageError(f"{where} is no list of tags", hint="write [] for all of them")
    for tag in value:
        yield Wanted(request=f"{name}@{tag}" if ":" in tag else f"{name}:{tag}")


def _by_regex(name: str, value: object, where: str) -> Iterator[Wanted]:
    if not isinstance(value, str) or not value:
        raise UsageError(f"{where} is no regular expression", hint="see skopeo-sync(1)")
    try:
        re.compile(value)
    except (re.error, RecursionError, OverflowError) as error:
        raise UsageError(f"{where} is no regular expression: {error}", hint="mend it") from error
    yield Wanted(request=name, keep=0, tags=value)


def _by_range(name: str, value: object, where: str) -> Iterator[Wanted]:
    clauses = [part.strip() for part in value.split(",")] if isinstance(value, str) else []
    conditions = []
    for clause in clauses:
        match = _CLAUSE.fullmatch(clause)
        if match is None:
            raise NotSupported(
                f"{where} has a constraint that is not read: {clause[:60]!r}",
                hint="write comparisons joined by commas: '>= 1.2, < 2'",
            )
        operator = "==" if match[1] in (None, "=") else match[1]
        conditions.append(f"{operator}{match[2]}")
    if not conditions:
        raise UsageError(f"{where} is no version constraint", hint="write '>= 1.2, < 2'")
    yield Wanted(request=f"{name}{VersionRange.parse(','.join(conditions))}", keep=0)


_READERS = {
    "images": _by_tags,
    "images-by-tag-regex": _by_regex,
    "images-by-semver": _by_range,
}
