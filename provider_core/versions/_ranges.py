"""Ranges of versions, as users write them and as databases compare them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from ..errors import BadRange, DocumentError
from ._keys import first_of_release, is_first_of_release
from ._version import MOST_CHARACTERS, Version

__all__ = ["ANY", "VersionRange"]

_OPERATORS = ("==", ">=", "<=", ">", "<")
"""Longest first: '>=' begins with '>'."""
_MOST_CHARACTERS = 512
_MOST_CONDITIONS = 16
_SYNTAX = frozenset(",<>=*[]")
_NUMBERS = re.compile(r"\d+(?:\.\d+)*", re.ASCII)
_FIRST_KEY = b"\x01"
"""Below every version, above every label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRange:
    """Which versions are asked for: all, one, or those between two bounds that both hold.

    Labels are in the range of all and in the exact range of their own text.  Pre-releases are
    in a range if they are asked for: by the caller, by a bound that is one itself (2.0rc1; a
    plain 2.0.dev0 is only the place before everything of 2.0), or by name.  Variants are no
    part of a range; only an exact ``3.12-slim`` is of that variant.

    Equal ranges hold equal versions; texts may differ (>=1.0, >=1.0.0).  Raises BadRange if
    nothing can be in it.
    """

    minimum: Version | None = None
    """The lowest, None for no bound."""
    maximum: Version | None = None
    """The highest, None for no bound."""
    include_minimum: bool = True
    """Whether the lowest itself is in; True without one."""
    include_maximum: bool = True
    """Whether the highest itself is in; True without one.  Without it, its pre-releases are
    out too: 2.0rc1 is not below 2.0."""
    only: Version | None = None
    """The one version that is in; there are no bounds then."""

    def __post_init__(self) -> None:
        low, includes_low, high, includes_high = self.bounds()
        if low is None or high is None or low < high:
            return
        if low > high or not (includes_low and includes_high):
            raise BadRange(str(self), "nothing is above its minimum and below its maximum")

    @classmethod
    def any(cls) -> Self:
        """Return the range of everything, labels too."""
        return cls()

    @classmethod
    def between(
        cls, minimum: str | Version | None = None, maximum: str | Version | None = None
    ) -> Self:
        """Return what is from *minimum* to *maximum*, both included; None for no bound.

        Raises BadRange for a label, a variant, or bounds that exclude each other.
        """
        return cls(
            minimum=None if minimum is None else _bound(str(minimum)),
            maximum=None if maximum is None else _bound(str(maximum)),
        )

    @classmethod
    def exactly(cls, text: str) -> Self:
        """Return the range of one version or label, or for ``1.2.*`` all of release 1.2.

        ``1.2`` is every version equal to it, 1.2.0 and 1.2-slim too.  Raises BadRange.
        """
        if text.endswith(".*"):
            return cls._of_release(text[:-2])
        odd = _SYNTAX.intersection(text)
        if not text or odd or not text.isprintable() or text != text.strip():
            raise BadRange(text, "a version has no , < > = * [ ] and no white space around it")
        return cls(only=_version(text))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read conditions joined by commas, which all hold: ``>=1.27,<2``, ``==1.2.*``.

        The operators are == >= > <= <; nothing at all is `any`.  Raises BadRange.
        """
        if len(text) > _MOST_CHARACTERS:
            raise BadRange(text[:40] + "…", f"it has more than {_MOST_CHARACTERS} characters")
        clauses = text.split(",") if text.strip() else []
        if len(clauses) > _MOST_CONDITIONS:
            raise BadRange(text[:40] + "…", f"it has more than {_MOST_CONDITIONS} conditions")
        result = cls()
        for clause in clauses:
            result = result.intersect(cls._of_clause(clause.strip()))
        return result

    def contains(self, version: Version, *, prereleases: bool = False) -> bool:
        """Whether *version* is in; *prereleases* says that they count here."""
        if self.only is not None:
            wanted = self.only
            return version.key == wanted.key and wanted.variant in ("", version.variant)
        if version.is_prerelease and not prereleases and not self._asks_for_prereleases:
            return False
        low, includes_low, high, includes_high = self.bounds()
        above = low is None or low < version.key or (includes_low and low == version.key)
        below = high is None or version.key < high or (includes_high and version.key == high)
        return above and below

    def intersect(self, other: Self) -> Self:
        """Return what is in both; BadRange if nothing can be."""
        if self.only is not None:
            return self._narrowed(other)
        if other.only is not None:
            return other._narrowed(self)
        lower = max(self, other, key=_low_end)
        upper = min(self, other, key=_high_end)
        return type(self)(
            minimum=lower.minimum,
            include_minimum=lower.include_minimum,
            maximum=upper.maximum,
            include_maximum=upper.include_maximum,
        )

    @property
    def exact(self) -> str:
        """The text of the one version that is in, '' if there may be several."""
        return "" if self.only is None else self.only.text

    @property
    def is_any(self) -> bool:
        """Whether everything is in."""
        return self.only is None and self.minimum is None and self.maximum is None

    def bounds(self) -> tuple[bytes | None, bool, bytes | None, bool]:
        """Return lowest sort key, whether it is in, highest sort key, whether it is in.

        None means no bound.  What `contains` takes is between them; labels never are unless
        asked for.  Pre-releases and the variant of an exact range are for `contains` to sort out.
        """
        if self.only is not None:
            return self.only.key, True, self.only.key, True
        low = None if self.minimum is None else self.minimum.key
        if self.maximum is None:
            return low, self.include_minimum, None, True
        high = self.maximum.key
        if not self.include_maximum:
            high = first_of_release(high)
        return low or _FIRST_KEY, self.include_minimum, high, self.include_maximum

    def __str__(self) -> str:
        """Return what `parse` reads: '>=1.27,<2', '==1.2', '' for everything."""
        if self.only is not None:
            return f"=={self.only}"
        parts = []
        if self.minimum is not None:
            parts.append(f"{'>=' if self.include_minimum else '>'}{self.minimum}")
        if self.maximum is not None:
            parts.append(f"{'<=' if self.include_maximum else '<'}{self.maximum}")
        return ",".join(parts)

    @property
    def _asks_for_prereleases(self) -> bool:
        return any(
            bound is not None and bound.is_prerelease and not is_first_of_release(bound.key)
            for bound in (self.minimum, self.maximum)
        )

    def _narrowed(self, other: Self) -> Self:
        wanted = self.only
        if wanted is not None and other.contains(wanted, prereleases=True):
            return self
        if wanted is not None and other.only is not None and self.contains(other.only):
            return other
        raise BadRange(f"{self},{other}", "nothing is in both")

    @classmethod
    def _of_release(cls, text: str) -> Self:
        if not _NUMBERS.fullmatch(text):
            raise BadRange(f"=={text}.*", "'.*' follows numbers only, as in 1.2.*")
        head, dot, last = text.rpartition(".")
        # A release begins with its .dev0, so that its pre-releases are in when they are asked for.
        return cls(
            minimum=_version(f"{text}.dev0"),
            maximum=_version(f"{head}{dot}{int(last) + 1}"),
            include_maximum=False,
        )

    @classmethod
    def _of_clause(cls, clause: str) -> Self:
        for operator in _OPERATORS:
            if clause.startswith(operator):
                break
        else:
            raise BadRange(clause, f"it begins with none of {' '.join(_OPERATORS)}")
        text = clause[len(operator) :].strip()
        if operator == "==":
            return cls.exactly(text)
        inclusive = operator.endswith("=")
        if operator.startswith(">"):
            return cls(minimum=_bound(text), include_minimum=inclusive)
        return cls(maximum=_bound(text), include_maximum=inclusive)


def _low_end(part: VersionRange) -> tuple[bytes, bool]:
    return b"" if part.minimum is None else part.minimum.key, not part.include_minimum


def _high_end(part: VersionRange) -> tuple[bool, bytes, bool, bytes]:
    # The bound itself comes last: '<2' and '<2.dev0' end at the same place.
    _, _, high, inclusive = part.bounds()
    bound = b"" if part.maximum is None else part.maximum.key
    return high is None, high or b"", inclusive, bound


def _version(text: str) -> Version:
    try:
        return Version.parse(text)
    except DocumentError as error:
        raise BadRange(
            text[:40] + "…", f"a version has at most {MOST_CHARACTERS} characters"
        ) from error


def _bound(text: str) -> Version:
    version = _version(text)
    if version.is_label:
        raise BadRange(text, "a bound is a version; a label has no order, ask for it with ==")
    if version.variant:
        raise BadRange(text, f"a bound has no variant; write [{version.variant}] after the name")
    return version


ANY = VersionRange.any()
"""Everything, labels too."""
