"""What sources advised to use no more, beside their offers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from ..digests import Digest
from ..model import Withdrawal

__all__ = ["all_withdrawals", "withdrawals_text"]


def withdrawals_text(withdrawn: Iterable[Withdrawal]) -> str:
    """Return *withdrawn* as they are kept with their source: JSON, a list of four texts each."""
    return json.dumps([(str(one.digest), one.name, one.version, one.reason) for one in withdrawn])


def all_withdrawals(connection: sqlite3.Connection) -> dict[str, tuple[Withdrawal, ...]]:
    """Return what each source advised, by its name as it compares; none without advice."""
    rows = connection.execute(
        "SELECT name, withdrawn FROM source WHERE withdrawn <> '[]' ORDER BY name"
    )
    return {source: tuple(_read(text)) for source, text in rows}


def _read(text: str) -> Iterable[Withdrawal]:
    for digest, name, version, reason in json.loads(text):
        yield Withdrawal(digest=Digest.parse(digest), name=name, version=version, reason=reason)
