"""Withdrawals: the signed file that says what should be used no more, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from provider_core.errors import UsageError
from provider_core.model import Withdrawal
from provider_core.oci import dump_json, read_document
from provider_core.oci.json_node import Node

from .format_version import FORMAT, FORMAT_KEY, check_format

__all__ = ["WITHDRAWN_TARGET", "joined", "parse_withdrawals", "withdrawals_bytes"]

WITHDRAWN_TARGET: Final = "withdrawn.json"
"""TUF target path of the file."""

_LIMIT = 4 << 20
_MOST = 10_000
_LONGEST = 300
"""Characters of a reason."""


def parse_withdrawals(data: bytes) -> tuple[Withdrawal, ...]:
    """Read a file of withdrawals, at most 4 MiB and 10,000 of them.

    Raises DocumentError for what breaks the format, NotSupported for another major version.
    """
    node = read_document(data, limit=_LIMIT, what=WITHDRAWN_TARGET)
    check_format(node)
    return tuple(map(_read, node.array("withdrawn", limit=_MOST)))


def withdrawals_bytes(withdrawals: Iterable[Withdrawal]) -> bytes | None:
    """Return the file, which `parse_withdrawals` reads; None for no withdrawal.

    Raises UsageError for more than 10,000, and for a reason that is no line of 1 to 300
    printable characters.
    """
    listed = sorted(withdrawals, key=lambda one: str(one.digest))
    for one in listed:
        if not _is_reason(one.reason):
            raise UsageError(
                f"{one.reason[:64]!r} is no reason",
                hint=f"write one line of at most {_LONGEST} characters",
            )
    if len(listed) > _MOST:
        raise UsageError(
            f"{len(listed)} images are withdrawn, at most {_MOST} can be",
            hint="begin a new feed without them",
        )
    if not listed:
        return None
    return dump_json({FORMAT_KEY: FORMAT, "withdrawn": [_fields(one) for one in listed]})


def joined(*several: Iterable[Withdrawal]) -> tuple[Withdrawal, ...]:
    """Return all of *several*, one for each content; the last counts."""
    return tuple({one.digest: one for some in several for one in some}.values())


def _read(entry: Node) -> Withdrawal:
    reason = entry.required("reason", str)
    if not _is_reason(reason):
        raise entry.error(f"a line of 1 to {_LONGEST} characters is expected", "reason")
    return Withdrawal(
        digest=entry.digest("digest"),
        name=entry.required("name", str),
        version=entry.optional("version", str, ""),
        reason=reason,
    )


def _fields(one: Withdrawal) -> dict[str, object]:
    return {
        "digest": str(one.digest),
        "name": one.name,
        "version": one.version,
        "reason": one.reason,
    }


def _is_reason(text: str) -> bool:
    return 1 <= len(text) <= _LONGEST and text.isprintable()
