"""Logins from the environment: ``FERRY_<SOURCE>_USERNAME`` and ``_PASSWORD``, or ``_TOKEN``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..errors import Ambiguous, UsageError
from ..references import name_key
from .values import Credential

__all__ = ["login_from_variables", "login_variables", "variable_stem"]

_VARIABLE = re.compile(r"FERRY_[A-Z0-9_]+_(?:USERNAME|PASSWORD|TOKEN)", re.ASCII)
_NOT_IN_VARIABLE = re.compile("[^A-Z0-9]", re.ASCII)


def login_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return those variables of *environ* that may be logins, and that are not empty."""
    return {name: text for name, text in environ.items() if text and _VARIABLE.fullmatch(name)}


def variable_stem(source: str) -> str:
    """Return how the variables of *source* begin: ``FERRY_WORK_`` for 'work'.

    Letters become capitals, whatever is neither letter nor digit becomes ``_``.
    """
    return f"FERRY_{_NOT_IN_VARIABLE.sub('_', source.upper())}_"


def login_from_variables(
    source: str, variables: Mapping[str, str], sources: Iterable[str]
) -> Credential | None:
    """Return the login that *variables* hold for *source*, None if there is none.

    Raises UsageError for half a login, or for two; Ambiguous if another one of *sources* would
    have the same variables ('a-b' and 'a_b'): a secret is not given to whoever asks first.
    """
    stem = variable_stem(source)
    username, password, token = (
        variables.get(stem + part, "") for part in ("USERNAME", "PASSWORD", "TOKEN")
    )
    if not (username or password or token):
        return None
    alike = sorted({one for one in sources if variable_stem(one) == stem} | {source}, key=name_key)
    if len({name_key(one) for one in alike}) > 1:
        raise Ambiguous(
            f"the login in {stem}*", alike, hint="rename one source, or use `ferry source login`"
        )
    if token and not username and not password:
        return Credential(username="", secret=token)
    if username and password and not token:
        return Credential(username=username, secret=password)
    raise UsageError(
        f"the variables {stem}* are no login",
        hint=f"set {stem}USERNAME and {stem}PASSWORD, or {stem}TOKEN alone (a bearer token)",
        source=source,
    )
