"""A source as `source add` and `source set` tell of it."""

from __future__ import annotations

from ..model import Source

__all__ = ["source_facts"]


def source_facts(source: Source) -> list[tuple[str, str]]:
    """Return what there is to say of *source*, names and values."""
    return [
        ("Name", source.name),
        ("Provider", source.provider),
        ("Location", source.location),
        ("Priority", str(source.priority)),
        ("Trust", source.trust.value),
        ("Indexed", str(source.indexed)),
        *((name, text.replace("\n", ", ")) for name, text in sorted(source.options.items())),
    ]
