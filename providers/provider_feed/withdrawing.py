"""Advice of a feed that is being changed: what should be used no more, and what may again."""

from __future__ import annotations

from collections.abc import Iterable

from feed_format import (
    WITHDRAWN_TARGET,
    Publisher,
    joined,
    parse_withdrawals,
    withdrawals_bytes,
)
from provider_core.model import Package, Withdrawal
from provider_core.oci import Descriptor

__all__ = ["advise", "take_back", "withdraw"]


def withdraw(publisher: Publisher, packages: Iterable[Package], reason: str) -> None:
    """Say from the next publication on that *packages* should be used no more.

    Raises UsageError for a reason that is no line of at most 300 characters, IntegrityError.
    """
    advise(
        publisher,
        [
            Withdrawal(
                digest=package.pin.digest, name=package.name, version=package.version, reason=reason
            )
            for package in packages
            if isinstance(package.pin, Descriptor)
        ],
    )


def advise(publisher: Publisher, withdrawals: Iterable[Withdrawal]) -> None:
    """Say *withdrawals* too from the next publication on; raises as `withdraw` does."""
    before = _said(publisher)
    after = joined(before, withdrawals)
    if after != before:
        publisher.set_file(WITHDRAWN_TARGET, withdrawals_bytes(after))


def take_back(publisher: Publisher, packages: Iterable[Package]) -> None:
    """Say nothing against *packages* any more, since they are offered again."""
    offered = {package.pin.digest for package in packages if isinstance(package.pin, Descriptor)}
    before = _said(publisher)
    after = tuple(one for one in before if one.digest not in offered)
    if after != before:
        publisher.set_file(WITHDRAWN_TARGET, withdrawals_bytes(after))


def _said(publisher: Publisher) -> tuple[Withdrawal, ...]:
    data = publisher.file(WITHDRAWN_TARGET)
    return () if data is None else parse_withdrawals(data)
