"""Signatures that an install or a save asks for, on the command line or by its source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from ..errors import UsageError
from ..model import Content, OptionSpec, Package, Source, Step, Verb
from ..oci import Descriptor

if TYPE_CHECKING:
    from ..digests import Digest
    from ..signatures import Signer
    from ..store import Reader
    from .wishes import Wishes

__all__ = ["SIGNATURE_OPTION", "check_signed", "kept_keys"]

SIGNATURE_OPTION: Final = OptionSpec(
    name="require-signature",
    verb=Verb.SOURCE,
    multiple=True,
    help="public key or keyless policy, one of which must have signed each image; none for no more",
)
"""What every source has, whoever provides it."""
_NONE: Final = "none"


def check_signed(step: Step, content: Content, reader: Reader, wishes: Wishes) -> None:
    """Raise SignatureError unless *content* is signed as the wishes and its source ask.

    What counts is what came, before anything is made of it: no signature is of a converted image.
    """
    for signers in _asked(step.source, wishes):
        from ..signatures import require_signature

        digest = _signable(step.package, content)
        require_signature(str(step.package), digest, content.referrers, reader, signers)


def kept_keys(given: Sequence[str]) -> tuple[str, ...]:
    """Return the keys *given* for a source as it keeps them: whole, so that no file is needed.

    Raises UsageError, NoSuchFile as `read_signer` does.
    """
    from ..signatures import read_signer

    if _NONE not in given:
        return tuple(read_signer(text).line for text in given)
    if len(given) > 1:
        raise UsageError("a key and none exclude each other", hint="say one of them")
    return ()


def _asked(source: Source | None, wishes: Wishes) -> Iterator[Sequence[Signer]]:
    """Yield each set of signers of which one must have signed."""
    if wishes.signed_by:
        yield wishes.signed_by
    lines = source.options.get(SIGNATURE_OPTION.name, "") if source else ""
    if lines:
        yield _read(lines.split("\n"))


def _read(lines: Iterable[str]) -> tuple[Signer, ...]:
    from ..signatures import read_signer

    return tuple(map(read_signer, lines))


def _signable(package: Package, content: Content) -> Digest | None:
    """Return what would be signed: what the source offered, or what its file holds."""
    for pin in (package.pin, content.root):
        if isinstance(pin, Descriptor):
            return pin.digest
    return None
