"""The question itself: whether one of some signers signed an image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from ..digests import Digest
from ..errors import NotSupported, SignatureError
from ..oci import Descriptor
from ..store import Reader
from .claims import Claim
from .finding import MOST, Unreadable, claims_among
from .signers import Signer

__all__ = ["require_signature"]

_OTHER_IMAGE: Final = "of another image"
_UNREADABLE: Final = "unreadable"
_UNJUDGED: Final = "not judged"
_TOLD: Final = 10
"""Kinds of faults that an error tells."""


def require_signature(
    image: str,
    digest: Digest | None,
    referrers: Iterable[Descriptor],
    reader: Reader,
    signers: Sequence[Signer],
) -> Signer:
    """Return the one of *signers* that signed *digest*, as *referrers* show.

    Args:
        image: what it is called, for the error.
        digest: its root, which must be what was signed; None for a file, which nothing refers to.
        referrers: what came with it; may be anything.
        reader: where they are.
        signers: any one of them suffices.

    Raises SignatureError naming the image, the signers and what was found; NotSupported if nobody
    was found and a package is missing to judge what came.
    """
    found: Counter[str] = Counter()
    unjudged: list[NotSupported] = []
    for claim in claims_among(referrers, reader):
        signer = _signer(claim, digest, signers, unjudged)
        if not isinstance(signer, str):
            return signer
        found[signer] += 1
    if unjudged:
        raise unjudged[0]
    raise _unsigned(image, digest, signers, found)


def _signer(
    claim: Claim | Unreadable,
    digest: Digest | None,
    signers: Sequence[Signer],
    unjudged: list[NotSupported],
) -> Signer | str:
    """Return who made *claim* about *digest*, or why nobody that counts did.

    What cannot be judged here is added to *unjudged*: another signer may still be proven.
    """
    if not isinstance(claim, Claim):
        return _UNREADABLE
    if digest not in claim.subjects:
        return _OTHER_IMAGE
    faults: dict[str, None] = {}
    for signer in signers:
        try:
            fault = signer.fault(claim)
        except NotSupported as error:
            unjudged.append(error)
            continue
        if not fault:
            return signer
        faults[fault] = None
    return " and ".join(faults) or _UNJUDGED


def _unsigned(
    image: str, digest: Digest | None, signers: Sequence[Signer], found: Counter[str]
) -> SignatureError:
    count = found.total()
    told = dict(found.most_common(_TOLD))
    kinds = ", ".join(f"{told[kind]} {kind}" for kind in sorted(told))
    came = (
        f"{count} signature{'s'[: count != 1]} came with it: {kinds}"
        if count
        else "no signature came with it"
    )
    return SignatureError(
        f"{image} is not signed by {' or '.join(map(str, signers))}; {came}"
        + (f" (no more than {MOST} are looked at)" if count >= MOST else ""),
        hint="ask its publisher for a signature of this very digest; one that was made later comes"
        " with `ferry install --force`",
        image=image,
        digest=None if digest is None else str(digest),
        keys=[signer.line for signer in signers],
        found=told,
    )
