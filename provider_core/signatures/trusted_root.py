"""Sigstore's TrustedRoot: which authorities and logs of it were in use at a time.

Source: sigstore's protobuf-specs, ``sigstore_trustroot.proto``.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

__all__ = ["root_between"]


def root_between(root: bytes, since: datetime, until: datetime) -> bytes:
    """Return *root* without the authorities and logs that were not in use *since* … *until*.

    What has no period was always in use.  Authorities for timestamps stay: they prove times, and
    are compared with those.  Raises of many kinds for what is no TrustedRoot.
    """
    values: dict[str, Any] = json.loads(root)
    for name in ("certificateAuthorities", "ctlogs", "tlogs"):
        values[name] = [entry for entry in values[name] if _was_in_use(entry, since, until)]
    return json.dumps(values).encode()


def _was_in_use(entry: dict[str, Any], since: datetime, until: datetime) -> bool:
    period = entry.get("publicKey", entry).get("validFor") or {}
    start, end = period.get("start"), period.get("end")
    return (start is None or datetime.fromisoformat(start) <= until) and (
        end is None or since <= datetime.fromisoformat(end)
    )
