"""Sort keys: bytes that compare like the versions they stand for.

::

    label     00 text, UTF-8
    version   01 epoch part… 00 phase post dev local

    number    count of bytes, then the bytes, big-endian
    part      number; zeros at the end of the release are left out, so that 1.0 is 1.0.0.0
    phase     00 before every pre-release (1.0.dev1) | 01 a, 02 b, 03 rc: number | ff none
    post      00 none | 01 number
    dev       01 number | ff none
    local     (01 text 00 | 02 number)… 00

The order is that of `packaging.version` (PEP 440).  Keys are kept in databases: a change of this
form needs a migration.
"""

from __future__ import annotations

from packaging.version import Version as Parsed

__all__ = ["first_of_release", "is_first_of_release", "label_key", "version_key"]

_LABEL = b"\x00"
_VERSION = b"\x01"
_END = b"\x00"
_NONE_BELOW = b"\x00"
_NONE_ABOVE = b"\xff"
_SOME = b"\x01"
_PHASES = {"a": b"\x01", "b": b"\x02", "rc": b"\x03"}
_FINAL_TAIL = _NONE_ABOVE + _NONE_BELOW + _NONE_ABOVE + _END
_FIRST_TAIL = _NONE_BELOW + _NONE_BELOW + _SOME + b"\x01\x00" + _END


def label_key(text: str) -> bytes:
    """Return the key of a label: below every version, labels among themselves by code point."""
    return _LABEL + text.encode("utf-8", "surrogatepass")


def version_key(parsed: Parsed) -> bytes:
    """Return the key of a version that `packaging` has read."""
    release = list(parsed.release)
    while release and not release[-1]:
        release.pop()
    return b"".join(
        (
            _VERSION,
            _number(parsed.epoch),
            *map(_number, release),
            _END,
            _phase(parsed),
            _NONE_BELOW if parsed.post is None else _SOME + _number(parsed.post),
            _NONE_ABOVE if parsed.dev is None else _SOME + _number(parsed.dev),
            _local(parsed.local),
        )
    )


def first_of_release(key: bytes) -> bytes:
    """Return the key of 2.dev0 for that of 2, and every other key as it is.

    What is below 2 is below 2.dev0: a pre-release of 2 does not belong to '<2' (PEP 440,
    "Exclusive ordered comparison").
    """
    head = _release_end(key)
    return key[:head] + _FIRST_TAIL if key[head:] == _FINAL_TAIL else key


def is_first_of_release(key: bytes) -> bool:
    """Whether it is the key of a plain .dev0, the lowest version of its release."""
    return key[_release_end(key) :] == _FIRST_TAIL


def _release_end(key: bytes) -> int:
    place = len(_VERSION)
    while key[place]:
        place += 1 + key[place]
    return place + 1


def _number(value: int) -> bytes:
    size = max(1, (value.bit_length() + 7) // 8)
    return bytes((size,)) + value.to_bytes(size, "big")


def _phase(parsed: Parsed) -> bytes:
    if parsed.pre is not None:
        letter, number = parsed.pre
        return _PHASES[letter] + _number(number)
    only_dev = parsed.dev is not None and parsed.post is None
    return _NONE_BELOW if only_dev else _NONE_ABOVE


def _local(local: str | None) -> bytes:
    parts = local.split(".") if local else []
    return b"".join(map(_local_part, parts)) + _END


def _local_part(part: str) -> bytes:
    if part.isdecimal():
        return b"\x02" + _number(int(part))
    return b"\x01" + part.encode("ascii") + b"\x00"
