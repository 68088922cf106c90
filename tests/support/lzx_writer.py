"""LZX chunks put together bit by bit: every kind of block, with codes that never change.

No compressor here writes uncompressed blocks.  What a chunk stands for is worked out beside it,
in the plainest way.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["ALIGNED", "UNCOMPRESSED", "VERBATIM", "Block", "Match", "encode_lzx", "plain"]

VERBATIM, ALIGNED, UNCOMPRESSED = 1, 2, 3
LITERALS = 256
SLOTS = {15: 30, 16: 32, 17: 34}


@dataclass(frozen=True)
class Match:
    """Bytes from before; *recent* 0 to 2 takes one of the offsets used last instead."""

    length: int
    offset: int
    recent: int | None = None


@dataclass(frozen=True)
class Block:
    """*tokens* are literals and matches, only literals if it is UNCOMPRESSED."""

    kind: int
    tokens: tuple[int | Match, ...]


class _Writer:
    def __init__(self) -> None:
        self.done = bytearray()
        self.bits = ""

    def put(self, value: int, width: int) -> None:
        self.bits += f"{value:0{width}b}" if width else ""
        while len(self.bits) >= 16:
            self.done += struct.pack("<H", int(self.bits[:16], 2))
            self.bits = self.bits[16:]

    def align(self) -> None:
        """End the word; one that has not begun is skipped whole."""
        self.put(0, 16 - len(self.bits))


def _full_code(symbols: int) -> list[int]:
    """Return lengths, two different ones at most, that just fill a code of so many symbols."""
    short = (symbols - 1).bit_length() - 1
    few = (2 << short) - symbols
    return [short] * few + [short + 1] * (symbols - few)


def _codewords(lengths: Sequence[int]) -> dict[int, tuple[int, int]]:
    words, code, last = {}, 0, 0
    for length, symbol in sorted((length, symbol) for symbol, length in enumerate(lengths)):
        code <<= length - last
        words[symbol] = code, length
        code, last = code + 1, length
    return words


PRE = _full_code(20)
LENGTH = _full_code(249)
PRE_WORDS, LENGTH_WORDS = _codewords(PRE), _codewords(LENGTH)


class _Encoder:
    def __init__(self, order: int) -> None:
        self.order = order
        self.out = _Writer()
        main = _full_code(LITERALS + 8 * SLOTS[order])
        self.main, self.main_words = main, _codewords(main)
        self.known_main, self.known_length = [0] * len(main), [0] * 249
        self.recent = [1, 1, 1]

    def block(self, block: Block, size: int) -> None:
        self.out.put(block.kind, 3)
        if size == 32768:
            self.out.put(1, 1)
        else:
            self.out.put(size, 25 if self.order >= 16 else 17)  # the first bit is 0
        if block.kind == UNCOMPRESSED:
            self.out.align()
            self.out.done += struct.pack("<III", *self.recent)
            self.out.done += bytes(token for token in block.tokens if isinstance(token, int))
            self.out.done += bytes(size & 1)
            return
        self._codes(block.kind)
        for token in block.tokens:
            self._token(token, block.kind)

    def _codes(self, kind: int) -> None:
        if kind == ALIGNED:
            for _ in range(8):
                self.out.put(3, 3)
        self._lengths(self.known_main[:LITERALS], self.main[:LITERALS])
        self._lengths(self.known_main[LITERALS:], self.main[LITERALS:])
        self._lengths(self.known_length, LENGTH)
        self.known_main, self.known_length = self.main, LENGTH

    def _lengths(self, old: Sequence[int], new: Sequence[int]) -> None:
        for length in PRE:
            self.out.put(length, 4)
        for before, after in zip(old, new, strict=True):
            self.out.put(*PRE_WORDS[(before - after) % 17])

    def _token(self, token: int | Match, kind: int) -> None:
        if isinstance(token, int):
            self.out.put(*self.main_words[token])
            return
        slot, extra, width = self._slot(token)
        length = token.length - 2
        self.out.put(*self.main_words[LITERALS + 8 * slot + min(length, 7)])
        if length >= 7:
            self.out.put(*LENGTH_WORDS[length - 7])
        if kind == ALIGNED and width >= 3:
            self.out.put(extra >> 3, width - 3)
            self.out.put(extra & 7, 3)  # eight codewords of three bits are their own numbers
        else:
            self.out.put(extra, width)

    def _slot(self, match: Match) -> tuple[int, int, int]:
        recent = self.recent
        if match.recent is not None:
            recent[0], recent[match.recent] = recent[match.recent], recent[0]
            return match.recent, 0, 0
        self.recent = [match.offset, *recent[:2]]
        base, slot = 0, 0
        while True:
            width = 0 if slot < 4 else min(17, (slot >> 1) - 1)
            if slot >= 3 and base <= match.offset + 2 < base + (1 << width):
                return slot, match.offset + 2 - base, width
            base, slot = base + (1 << width), slot + 1


def encode_lzx(blocks: Sequence[Block], order: int) -> bytes:
    """Return the chunk that *blocks* make."""
    encoder = _Encoder(order)
    for block in blocks:
        size = sum(1 if isinstance(token, int) else token.length for token in block.tokens)
        encoder.block(block, size)
    encoder.out.put(0, -len(encoder.out.bits) % 16)
    return bytes(encoder.out.done)


def plain(blocks: Sequence[Block]) -> bytearray:
    """Return what *blocks* stand for, calls still translated."""
    out, recent = bytearray(), [1, 1, 1]
    for token in (token for block in blocks for token in block.tokens):
        if isinstance(token, int):
            out.append(token)
            continue
        if token.recent is None:
            recent = [token.offset, *recent[:2]]
        else:
            recent[0], recent[token.recent] = recent[token.recent], recent[0]
        for _ in range(token.length):
            out.append(out[-recent[0]])
    return out
