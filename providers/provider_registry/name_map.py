r"""Name maps: what an image is called at the registry it is pushed to; pure.

A rule is ``PATTERN=REPLACEMENT``: ``docker.io/(.*)=dockerhub/\1``.  The pattern (Python's regular
expressions) must fit the whole name; the first rule that fits counts.  A name without a host in
front is looked at as it is, then as Docker reads it: ``nginx`` is ``docker.io/library/nginx``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from provider_core.errors import UsageError
from provider_core.references import lower_form

from .names import HUB, hub_path, is_repository, split_host

__all__ = ["Rule", "mapped_name", "parse_rules"]

_LONGEST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of a map."""

    pattern: re.Pattern[str]
    replacement: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``PATTERN=REPLACEMENT``; UsageError for what is none, with the reason."""
        pattern, mark, replacement = text.rpartition("=")
        if not mark or not pattern or not replacement or len(text) > _LONGEST:
            raise _no_rule(text[:100], "it has no pattern, '=' and replacement")
        try:
            compiled = re.compile(pattern)
            re.sub(compiled, replacement, "")  # a reference to a group that is not there
        except (re.error, RecursionError, OverflowError) as error:
            raise _no_rule(text, str(error)) from error
        return cls(pattern=compiled, replacement=replacement)

    def apply(self, name: str) -> str | None:
        """Return what *name* becomes, None if it does not fit."""
        match = self.pattern.fullmatch(name)
        return None if match is None else match.expand(self.replacement)


def parse_rules(texts: Iterable[str]) -> tuple[Rule, ...]:
    """Read several rules, in order."""
    return tuple(map(Rule.parse, texts))


def mapped_name(name: str, rules: Sequence[Rule]) -> str:
    """Return the repository that the image *name* is pushed to, below the destination's prefix.

    Without a rule that fits it is the name's own path, in the lower-case form that registries
    take, without the registry it came from.  Raises UsageError if that is no repository's name.
    """
    host, path = split_host(name)
    for rule in rules:
        for spelling in _spellings(name, host, path):
            found = rule.apply(spelling)
            if found is not None:
                return _checked(found, name)
    return _checked(lower_form(path), name)


def _spellings(name: str, host: str, path: str) -> Iterable[str]:
    yield name
    if not host:
        yield f"{HUB}/{hub_path(lower_form(path))}"
    elif name != f"{host}/{path}":
        yield f"{host}/{path}"
    if host == HUB:
        yield f"{HUB}/{hub_path(path)}"


def _checked(repository: str, name: str) -> str:
    if not is_repository(repository):
        raise UsageError(
            f"{name} would be pushed as {repository[:100]!a}, which no registry takes",
            hint="map it: --map 'PATTERN=REPLACEMENT', with lower-case letters and digits",
            name=name,
        )
    return repository


def _no_rule(text: str, reason: str) -> UsageError:
    return UsageError(
        f"{text!r} is no rule for names: {reason}",
        hint=r"write --map 'docker.io/(.*)=dockerhub/\1'",
    )
