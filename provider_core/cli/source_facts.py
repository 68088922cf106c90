"""A source as `source add` and `source set` tell of it."""

from __future__ import annotations

from typing import Final

from ..model import Source

__all__ = ["source_facts"]

_LONGEST: Final = 200
"""Characters of one value of an option; a policy with its trusted root has thousands."""


def source_facts(source: Source) -> list[tuple[str, str]]:
    """Return what there is to say of *source*, names and values."""
    return [
        ("Name", source.name),
        ("Provider", source.provider),
        ("Location", source.location),
        ("Priority", str(source.priority)),
        ("Trust", source.trust.value),
        ("Indexed", str(source.indexed)),
        *((name, _shown(text)) for name, text in sorted(source.options.items())),
    ]


def _shown(text: str) -> str:
    lines = text.split("\n")
    return ", ".join(line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…" for line in lines)
