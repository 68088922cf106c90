"""Identities that sign without a key of their own: what a certificate must say, and who vouches.

A policy is a TOML file of three lines; what is kept of it is one line of JSON, the trusted root
in it.  Sources: Fulcio's certificate specification; sigstore's TrustedRoot v0.1.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final, cast

from ..errors import DocumentError, NoSuchFile, UsageError
from ..oci.json_document import Node, dump_json, parse_json
from .claims import Claim
from .sigstore_library import check_root, fault_of

__all__ = ["Keyless", "read_keyless"]

_KEYS: Final = frozenset({"identity", "issuer", "trusted-root"})
_POLICY_LIMIT = 64 << 10
_ROOT_LIMIT = 256 << 10
"""Bytes of a trusted root at most; the public one has 7,000."""
_LINE_LIMIT = 2 * _ROOT_LIMIT
_NEEDED: Final = ("certificateAuthorities", "ctlogs", "tlogs")
_MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyless:
    """Whom a certificate must name; equal where all is that counts, whatever it is called."""

    prefix: ClassVar[str] = "keyless:"

    identity: str
    """The certificate's subject alternative name, whole: an address, or the URL of a workflow."""
    issuer: str
    """The URL of who vouched for the identity (OpenID Connect)."""
    root: bytes = field(repr=False)
    """Sigstore's TrustedRoot in JSON, canonical: the authorities and logs that are believed."""
    name: str = field(compare=False)
    """What the user called it: its file, or the identity."""

    def __str__(self) -> str:
        return self.name

    @property
    def line(self) -> str:
        """All of it on one line, which `read_keyless` reads again."""
        root = parse_json(self.root, limit=_ROOT_LIMIT)
        known = {"identity": self.identity, "issuer": self.issuer, "trustedRoot": root}
        return self.prefix + dump_json(known).decode()

    def fault(self, claim: Claim) -> str:
        """Return why *claim* is not this identity's; '' if it is.  Raises NotSupported."""
        if not claim.certified:
            return "without a certificate in a bundle"
        return fault_of(claim, identity=self.identity, issuer=self.issuer, root=self.root)


def read_keyless(text: str) -> Keyless:
    """Return the identity that *text* is: a policy file's path, or a `Keyless.line`.

    Raises NoSuchFile for a file that cannot be read, UsageError for what is no policy or holds no
    trusted root, and NotSupported if the package is missing that could judge by it.
    """
    if text.startswith(Keyless.prefix):
        return _from_line(text.removeprefix(Keyless.prefix))
    path = Path(os.path.expanduser(text))
    policy = _policy(path)
    root_path = path.parent / os.path.expanduser(policy["trusted-root"])
    root = _canonical(_read(root_path, _ROOT_LIMIT), str(root_path))
    check_root(root, str(root_path))
    return Keyless(identity=policy["identity"], issuer=policy["issuer"], root=root, name=path.name)


def _from_line(line: str) -> Keyless:
    what = "a kept keyless policy"
    try:
        values = parse_json(line.encode(), limit=_LINE_LIMIT, what="policy")
        known = Node(values, what="policy")
        identity, issuer = known.required("identity", str), known.required("issuer", str)
        known.required_child("trustedRoot")
    except DocumentError as error:
        raise _no_policy(what, error.message) from error
    # In the form that it was kept in: in a longer one it might be too large.
    root = _canonical(dump_json(cast(dict[str, object], values["trustedRoot"])), what)
    return Keyless(identity=identity, issuer=issuer, root=root, name=f"{identity} of {issuer}")


def _policy(path: Path) -> dict[str, str]:
    try:
        found: dict[str, Any] = tomllib.loads(_read(path, _POLICY_LIMIT).decode())
    except ValueError as error:
        raise _no_policy(str(path), f"it is not TOML: {error}") from error
    if set(found) != _KEYS:
        raise _no_policy(str(path), f"it must have {', '.join(sorted(_KEYS))}, and nothing else")
    if not all(isinstance(value, str) and value.strip() for value in found.values()):
        raise _no_policy(str(path), "each of its values must be a text")
    return found


def _canonical(data: bytes, what: str) -> bytes:
    """Return the trusted root *data* in one form; raise UsageError if nobody could be vouched for.

    Without a log of certificates or of signatures nothing is ever proven.
    """
    try:
        values = parse_json(data, limit=_ROOT_LIMIT, what="trusted root")
        root = Node(values, what="trusted root")
        for name in _NEEDED:
            if not root.array(name, limit=_MOST):
                raise root.error("it is empty", name)
        return dump_json(values)
    except DocumentError as error:
        raise _no_policy(what, error.message) from error


def _read(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except (OSError, ValueError) as error:  # ValueError: a zero in its name
        raise NoSuchFile(path) from error
    if len(data) > limit:
        raise _no_policy(str(path), f"it is larger than {limit} bytes")
    return data


def _no_policy(what: str, reason: str) -> UsageError:
    return UsageError(
        f"{what} is nothing to check keyless signatures with: {reason}",
        hint="write identity, issuer and trusted-root: `ferry docs how-to/require-signatures`",
        path=what,
    )
