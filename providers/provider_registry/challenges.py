"""Challenges: what a 401 answer asks for (RFC 9110 §11.6.1; distribution-spec "token.md")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

__all__ = ["Challenge", "choose_challenge", "parse_challenges"]

_LONGEST = 8192
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r'[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))', re.DOTALL)
_TOKEN68 = re.compile(r"[ \t]+[A-Za-z0-9._~+/-]+=*[ \t]*(?=,|$)")
_BETWEEN = re.compile(r"[\s,]*")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_PREFERRED = ("bearer", "basic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One way to be let in."""

    scheme: str
    """'bearer', 'basic', …; lower case."""
    parameters: Mapping[str, str] = field(default_factory=dict, hash=False)
    """By their names in lower case, unquoted; foreign text."""

    def get(self, name: str) -> str:
        """Return a parameter, '' if it is absent."""
        return self.parameters.get(name, "")


def parse_challenges(text: str) -> tuple[Challenge, ...]:
    """Read a WWW-Authenticate value; several in one are separated by commas.

    What cannot be read ends it.  A challenge with a parameter twice could be read in two ways,
    and is left out.
    """
    found = []
    for scheme, pairs in _grouped(text[:_LONGEST]):
        parameters = dict(pairs)
        if len(parameters) == len(pairs):
            found.append(Challenge(scheme=scheme, parameters=parameters))
    return tuple(found)


def choose_challenge(challenges: tuple[Challenge, ...]) -> Challenge | None:
    """Return the challenge to answer, Bearer before Basic; None if there is neither."""
    for scheme in _PREFERRED:
        for challenge in challenges:
            if challenge.scheme == scheme:
                return challenge
    return None


def _grouped(text: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield each scheme with its parameters."""
    scheme, pairs = "", list[tuple[str, str]]()
    for word, value in _words(text):
        if value is None:
            if scheme:
                yield scheme, pairs
            scheme, pairs = word, []
        elif scheme:
            pairs.append((word, value))
    if scheme:
        yield scheme, pairs


def _words(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield names with their values; a scheme has None."""
    at = _end(_BETWEEN, text, 0)
    while match := _TOKEN.match(text, at):
        word, at = match[0].lower(), match.end()
        if value := _VALUE.match(text, at):
            quoted = value[1]
            yield word, value[2] if quoted is None else _ESCAPE.sub(r"\1", quoted)
            at = value.end()
        else:
            yield word, None
            at = _end(_TOKEN68, text, at)
        at = _end(_BETWEEN, text, at)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Return where *pattern* ends if it is at *at*, else *at*."""
    match = pattern.match(text, at)
    return match.end() if match else at
