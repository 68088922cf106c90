"""The question itself: whether one of some keys signed an image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from ..digests import Digest
from ..errors import SignatureError
from ..oci import Descriptor
from ..store import Reader
from .claims import Claim
from .finding import MOST, Unreadable, claims_among
from .keys import PublicKey

__all__ = ["require_signature"]

_OTHER_IMAGE: Final = "of another image"
_OTHER_KEY: Final = "by another key"
_UNREADABLE: Final = "unreadable"


def require_signature(
    image: str,
    digest: Digest | None,
    referrers: Iterable[Descriptor],
    reader: Reader,
    keys: Sequence[PublicKey],
) -> PublicKey:
    """Return the one of *keys* that signed *digest*, as *referrers* show.

    Args:
        image: what it is called, for the error.
        digest: its root, which must be what was signed; None for a file, which nothing refers to.
        referrers: what came with it; may be anything.
        reader: where they are.
        keys: any one of them suffices.

    Raises SignatureError naming the image, the keys and what was found.
    """
    found: Counter[str] = Counter()
    for claim in claims_among(referrers, reader):
        key = _signer(claim, digest, keys)
        if isinstance(key, PublicKey):
            return key
        found[key] += 1
    raise _unsigned(image, digest, keys, found)


def _signer(
    claim: Claim | Unreadable, digest: Digest | None, keys: Sequence[PublicKey]
) -> PublicKey | str:
    """Return who made *claim* about *digest*, or why nobody that counts did."""
    if not isinstance(claim, Claim):
        return _UNREADABLE
    if digest not in claim.subjects:
        return _OTHER_IMAGE
    signers = (key for key in keys if key.made(claim.signature, claim.message))
    return next(signers, _OTHER_KEY)


def _unsigned(
    image: str, digest: Digest | None, keys: Sequence[PublicKey], found: Counter[str]
) -> SignatureError:
    count = sum(found.values())
    kinds = ", ".join(f"{found[kind]} {kind}" for kind in sorted(found))
    came = (
        f"{count} signature{'s'[: count != 1]} came with it: {kinds}"
        if count
        else "no signature came with it"
    )
    return SignatureError(
        f"{image} is not signed by {' or '.join(map(str, keys))}; {came}"
        + (f" (no more than {MOST} are looked at)" if count >= MOST else ""),
        hint="ask its publisher for a signature of this very digest; one that was made later comes"
        " with `ferry install --force`",
        image=image,
        digest=None if digest is None else str(digest),
        keys=[key.line for key in keys],
        found=dict(found),
    )
