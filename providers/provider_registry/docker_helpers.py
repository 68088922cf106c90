"""Docker's credential helpers: programs that keep secrets (docker-credential-helpers, README).

The server's name goes to standard input, the answer comes as JSON on standard output; neither is
logged, and nothing of them is in an error.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from provider_core.credentials import Credential
from provider_core.errors import AuthRequired, DocumentError
from provider_core.oci.json_document import read_document

__all__ = ["ask_helper"]

_NAME = re.compile("[a-z0-9][a-z0-9-]*", re.ASCII)
_SECONDS = 30.0
_LIMIT = 1 << 20
_NOT_FOUND = b"credentials not found in native keychain"


def ask_helper(name: str, server: str, *, seconds: float = _SECONDS) -> Credential | None:
    """Return what the helper ``docker-credential-NAME`` keeps for *server*, None if nothing.

    Raises AuthRequired if *name* cannot be a helper's, and if it is not installed, gives no
    answer in time, fails, or answers nonsense.
    """
    program = _program(name)
    try:
        done = subprocess.run(
            [program, "get"],
            input=server.encode(),
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise _failed(name, "gave no answer") from None
    if _NOT_FOUND in done.stdout[:1024]:
        return None
    if done.returncode != 0:
        raise _failed(name, f"ended with code {done.returncode}")
    return _answer(name, done.stdout)


def _program(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise AuthRequired(
            f"{name[:64]!r} cannot be a credential helper",
            hint="mend credsStore or credHelpers in Docker's configuration",
        )
    found = shutil.which(f"docker-credential-{name}")
    # Windows looks into the current folder first, and what lies there is anybody's.
    if found is None or not Path(found).is_absolute():
        raise _failed(name, "is not installed")
    return found


def _answer(name: str, data: bytes) -> Credential | None:
    try:
        node = read_document(data, limit=_LIMIT, what=f"the answer of docker-credential-{name}")
        username = node.optional("Username", str, "")
        secret = node.optional("Secret", str, "")
    except DocumentError:
        raise _failed(name, "gave an answer that cannot be read") from None
    return Credential(username=username, secret=secret) if username and secret else None


def _failed(name: str, what: str) -> AuthRequired:
    return AuthRequired(
        f"the credential helper docker-credential-{name} {what}",
        hint="mend it, take it out of Docker's configuration, or use `ferry source login`",
        helper=name,
    )
