"""One version, as a source spells it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Self

from packaging.version import Version as Parsed

from ..errors import DocumentError
from ._keys import label_key, version_key

__all__ = ["MOST_CHARACTERS", "Version"]

MOST_CHARACTERS = 128
"""Longest version, in characters: that of a tag (OCI distribution-spec, "Pulling manifests")."""

_SPELLING = re.compile(
    r"""v?
    (?P<release>(?:\d+!)?\d+(?:\.\d+)*)
    (?:_(?P<build>\d+))?
    (?:[-_.]?(?P<phase>alpha|beta|milestone|preview|pre|rc|a|b|c|m(?=\d))(?:[-_.]?(?P<number>\d+))?
       (?P<more>(?:\.\d+)*))?
    (?P<post>\.?post\d+)?
    (?:[-_.]?(?:dev|snapshot)[-_.]?(?P<dev>\d*))?
    (?:\+(?P<local>[a-z0-9]+(?:[._][a-z0-9]+)*))?
    (?:-(?P<variant>.+))?
    """,
    re.ASCII | re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
# PEP 440 takes a preview for a release candidate; those of .NET come before its candidates.
_PHASES = {"m": "a", "milestone": "a", "pre": "b", "preview": "b"}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Version:
    """A version, its variant, or a label; equal and ordered by key and variant, not by text.

    * ``3.12-slim-bookworm`` is release 3.12 of variant slim-bookworm; ``1.0-1`` is of variant 1.
    * ``2.0.0-rc.1``, ``1.0-beta.2``, ``3.13.0rc1-slim``, ``1.0-dev`` are pre-releases; what
      follows is the variant.  The words are those of PEP 440, and ``M2`` and ``milestone``
      (count as alpha), ``pre`` and ``preview`` (as beta), ``SNAPSHOT`` (as dev).
    * ``v1.2.3`` is 1.2.3; ``21.0.2_13-jre`` is build 13 of 21.0.2 and comes after 21.0.2.
    * Dates (``20240101``) are numbers.  All else (``latest``, ``ltsc2022``, ``8u402-jdk``) is a
      label: without order, below every version.
    """

    text: str = field(compare=False)
    """As given, at most 128 characters; two texts can be equal versions (1.0 and 1.0.0.0)."""
    key: bytes
    """Sort key, without the variant: bytes compare like the versions."""
    variant: str = ""
    """What follows the version, without its hyphen: 'slim-bookworm'; '' for none."""
    release: tuple[int, ...] = field(default=(), compare=False)
    """The numbers, zeros at the end included; () for a label."""
    build: str = field(default="", compare=False)
    """What is after '+' or '_', '13'; part of the key, above the same version without it."""
    phase: str = field(default="", compare=False)
    """What kind of pre-release: 'a', 'b', 'rc', 'dev'; '' if it is none."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read any text of at most 128 characters; DocumentError if it is longer."""
        if len(text) > MOST_CHARACTERS:
            reason = f"{text[:40]!r}… has more than {MOST_CHARACTERS} characters"
            raise DocumentError(reason, what="version")
        match = _SPELLING.fullmatch(text)
        if match is None:
            return cls(text=text, key=label_key(text))
        parsed = Parsed(_canonical(match))
        return cls(
            text=text,
            key=version_key(parsed),
            variant=match["variant"] or "",
            release=parsed.release,
            build=parsed.local or "",
            phase=_phase(parsed),
        )

    @property
    def is_label(self) -> bool:
        """Whether it has no order: 'latest', 'bookworm'."""
        return not self.release

    @property
    def is_prerelease(self) -> bool:
        """Whether it comes before the release it names."""
        return bool(self.phase)

    def __str__(self) -> str:
        """Return the text, as given."""
        return self.text


def _canonical(match: re.Match[str]) -> str:
    text = match["release"]
    if match["phase"]:
        word = match["phase"].lower()
        text += _PHASES.get(word, word) + (match["number"] or "0")
    text += match["post"] or ""
    if match["dev"] is not None:
        text += f".dev{match['dev'] or 0}"
    # Numbers that PEP 440 has no place for (21.0.2_13, rc.1.23463) count as local: above the
    # same version without them, below the next one.
    extra = (match["build"] or "", (match["more"] or "")[1:], match["local"] or "")
    local = ".".join(part for part in extra if part)
    return f"{text}+{local}" if local else text


def _phase(parsed: Parsed) -> str:
    if parsed.pre is not None:
        return parsed.pre[0]
    return "" if parsed.dev is None else "dev"
