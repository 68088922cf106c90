"""What hooks answer, taken apart and checked: of the right type, and of the right provider."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from .errors import Error, ProviderFault
from .model import Package, PackageId, Snapshot, Source

__all__ = ["check_id", "guarded", "many", "nothing", "one", "sequence_or_none"]

_T = TypeVar("_T")


def one(kind: type[_T]) -> Callable[[list[object]], _T | None]:
    """Return what takes the one answer of one provider, checked."""

    def take(answers: list[object]) -> _T | None:
        if not answers:
            return None
        if not isinstance(answers[0], kind):
            raise TypeError(f"expected {kind.__name__}, got {type(answers[0]).__name__}")
        return answers[0]

    return take


def many(kind: type[_T]) -> Callable[[list[object]], tuple[_T, ...]]:
    """Return what consumes the one iterable of one provider, each item checked."""

    def take(answers: list[object]) -> tuple[_T, ...]:
        return tuple(item for answer in answers for item in _items(answer, kind))

    return take


def _items(answer: object, kind: type[_T]) -> Iterator[_T]:
    if not isinstance(answer, Iterable) or isinstance(answer, str | bytes):
        raise TypeError(f"expected several {kind.__name__}, got {type(answer).__name__}")
    for item in answer:
        if not isinstance(item, kind):
            raise TypeError(f"expected {kind.__name__}, got {type(item).__name__}")
        yield item


def sequence_or_none(answers: list[object]) -> tuple[Package, ...] | None:
    """Take packages in an order; None if there is no opinion."""
    return many(Package)(answers) if answers else None


def nothing(answers: list[object]) -> None:
    """Take no answer."""
    return None


def check_id(identity: PackageId, provider: str, hook: str, source: Source | None) -> None:
    """Refuse a package of another provider or source: it would be installed from there."""
    if identity.provider != provider:
        raise ProviderFault(provider, hook, f"{identity.name} is of {identity.provider!r}")
    if source is not None and identity.source != source.name:
        raise ProviderFault(provider, hook, f"{identity.name} is of source {identity.source!r}")


def guarded(
    snapshot: Snapshot, provider: str, source: Source | None, alive: Callable[[], None]
) -> Snapshot:
    """Return *snapshot* with generators that raise only our errors, whoever consumes them.

    *alive* is called with each item: it notes the sign of life, and raises to stop.
    """

    def upserts() -> Iterator[Package]:
        for package in _translated(snapshot.upserts, Package, provider, alive):
            check_id(package.id, provider, "refresh", source)
            yield package

    return replace(
        snapshot,
        upserts=upserts(),
        removed=_translated(snapshot.removed, PackageId, provider, alive),
    )


def _translated(
    items: Iterable[Any], kind: type[_T], provider: str, alive: Callable[[], None]
) -> Iterator[_T]:
    try:
        for item in _items(items, kind):
            alive()
            yield item
    except Error:
        raise
    except Exception as error:
        raise ProviderFault(provider, "refresh", f"{type(error).__name__}: {error}") from error
