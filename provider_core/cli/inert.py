"""Foreign text made harmless: what a terminal would act on is shown as an escape instead."""

from __future__ import annotations

__all__ = ["inert", "width"]


def inert(text: str) -> str:
    r"""Return *text* as one line without anything invisible.

    Control characters (C0, DEL, C1, with them every escape sequence), bidirectional and other
    format characters, line separators, lone surrogates and spaces other than U+0020 become
    ``\x1b``, ``\u202e`` and so on.
    """
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else _escaped(sign) for sign in text)


def _escaped(sign: str) -> str:
    code = ord(sign)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def width(text: str) -> int:
    """Return how many columns of a terminal *text* takes; *text* is inert already."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(
        0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text
    )
