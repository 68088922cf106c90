"""Being let into a registry: Bearer and Basic, tokens fetched and fetched again."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager

from provider_core.credentials import IDENTITY_TOKEN, Credential
from provider_core.errors import AuthRequired, TransportError
from provider_core.transport import Origin, Response, Transport
from provider_core.transport.urls import shown

from .challenges import Challenge, choose_challenge, parse_challenges
from .memory import Account, Memory
from .realms import checked_realm
from .tokens import (
    TOKEN_LIMIT,
    Scope,
    Token,
    parse_scope,
    parse_token,
    refresh_form,
    token_url,
)

__all__ = ["LOGIN_HINT", "RegistryAuth", "denial", "is_denied"]

LOGIN_HINT = "`ferry source login NAME` gives a source its user and password"


class RegistryAuth:
    """The transport's Auth for one registry and some scopes; threads may share it.

    How the registry lets us in is asked once (``/v2/``), so that no request is sent in vain; a
    token is fetched again when it ends, before a request or in the middle of a download.  None of
    this is tried again by itself: whoever makes the request that needs it does so.
    """

    def __init__(
        self,
        account: Account,
        scopes: Collection[Scope],
        *,
        root: str,
        transport: Transport,
        memory: Memory,
        token_hosts: Collection[str] = (),
    ) -> None:
        """Be *account*.

        Args:
            account: who and where.
            scopes: what is to be done; none to see whether we are let in.
            root: URL of the API's root.
            transport: the way there, and to the token server.
            memory: where challenges and tokens are kept.
            token_hosts: further hosts that may see the account's secret (`checked_realm`).
        """
        self._account = account
        self._scopes = frozenset(scopes)
        self._asked = frozenset(scopes)
        self._root = root
        self._transport = transport
        self._memory = memory
        self._token_hosts = frozenset(token_hosts)
        self._sent = threading.local()

    @property
    def has_login(self) -> bool:
        """Whether we say who we are."""
        return self._account.login is not None

    def headers(self, origin: Origin) -> Mapping[str, str]:
        """Return the Authorization for a request to *origin*; {} if it is not ours, or free.

        Raises what asking the token server raises.
        """
        if origin != self._account.origin:
            return {}
        value = self._authorization()
        self._sent.value = value
        return {"authorization": value} if value else {}

    def on_401(self, challenge: str) -> bool:
        """Get what the *challenge* asks for; False if we have had or cannot have it."""
        found = choose_challenge(parse_challenges(challenge))
        with self._alone():
            if self._current() != getattr(self._sent, "value", ""):
                return True  # another thread was here first
            if found is None or _is_given(self._account.login):
                return False
            self._memory.keep_challenge(self._account, found)
            if found.scheme == "basic":
                return self._current() not in ("", getattr(self._sent, "value", ""))
            if not self._widen(found):
                return False
            self._memory.drop_token(self._account, self._scopes)
            return bool(self._authorization())

    def _authorization(self) -> str:
        """Return the value to send, asking for what is missing."""
        if not _is_given(self._account.login):
            self._knock()
        with self._alone():
            challenge = self._memory.challenge(self._account)
            if challenge is not None and challenge.scheme == "bearer" and not self._current():
                token = self._fetch(challenge)
                self._memory.keep_token(self._account, self._scopes, token)
                return f"Bearer {token.value}"
            return self._current()

    def _knock(self) -> None:
        """Ask the registry how it lets us in, unless it was asked."""
        with self._memory.alone(self._account):
            if not self._memory.knows(self._account):
                ear = _Ear()
                self._ask_root(ear)
                self._memory.keep_challenge(self._account, ear.heard)

    def _ask_root(self, ear: _Ear) -> None:
        """Ask how we are let in; a 404 there says nothing, later answers will."""
        try:
            self._transport.request("GET", self._root, auth=ear, patient=False)
        except AuthRequired:
            if ear.heard is None:
                raise

    def _alone(self) -> AbstractContextManager[None]:
        return self._memory.alone((self._account, self._asked))

    def _current(self) -> str:
        """Return the value that is at hand, '' if none is."""
        login = self._account.login
        if login is not None and _is_given(login):
            return f"Bearer {login.secret}"
        challenge = self._memory.challenge(self._account)
        if challenge is None:
            return ""
        if challenge.scheme == "basic":
            return "" if login is None or login.username == IDENTITY_TOKEN else _basic(login)
        token = self._memory.token(self._account, self._scopes)
        return f"Bearer {token.value}" if token is not None else ""

    def _widen(self, challenge: Challenge) -> bool:
        """Take the scopes of a challenge, as far as they ask for nothing else than we do.

        False if the token had them already and is said not to suffice.
        """
        actions = frozenset(action for scope in self._asked for action in scope.actions)
        told = map(parse_scope, challenge.get("scope").split())
        more = {scope for scope in told if scope is not None and scope.actions <= actions}
        before, self._scopes = self._scopes, self._scopes | more
        return self._scopes != before or challenge.get("error") != "insufficient_scope"

    def _fetch(self, challenge: Challenge) -> Token:
        login, origin = self._account.login, self._account.origin
        realm = checked_realm(
            challenge.get("realm"), origin, secret=login is not None, trusted=self._token_hosts
        )
        service, scopes = challenge.get("service"), sorted(self._scopes, key=str)

        def ask() -> Response:
            if login is not None and login.username == IDENTITY_TOKEN:
                form = {"content-type": "application/x-www-form-urlencoded"}
                body = refresh_form(service, scopes, login.secret)
                return self._send("POST", realm, form, body)
            headers = {} if login is None else {"authorization": _basic(login)}
            return self._send("GET", token_url(realm, service, scopes), headers)

        return parse_token(_answered(ask, realm, login), self._memory.clock())

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Response:
        return self._transport.request(
            method,
            url,
            headers=headers,
            body=body,
            limit=TOKEN_LIMIT,
            told_by=self._account.origin,
            patient=False,
        )


def is_denied(error: AuthRequired) -> bool:
    """Whether a registry itself said 401; not its token server, and no proxy."""
    return error.fields.get("status") == 401


def denial(error: AuthRequired, auth: RegistryAuth) -> AuthRequired:
    """Return what a registry's own 401 means: it wants a login, or the one it had will not do."""
    if not is_denied(error):
        return error
    if not auth.has_login:
        error.hint = LOGIN_HINT
        return error
    place = str(error.fields["url"])
    return AuthRequired(
        f"{place} refused the login it was given",
        hint=f"it is wrong, or may not do this; {LOGIN_HINT}",
        url=place,
        status=401,
    )


class _Ear:
    """An Auth that gives nothing, and hears what is asked for."""

    def __init__(self) -> None:
        self.heard: Challenge | None = None

    def headers(self, origin: Origin) -> Mapping[str, str]:
        return {}

    def on_401(self, challenge: str) -> bool:
        self.heard = choose_challenge(parse_challenges(challenge))
        return False


def _answered(ask: Callable[[], Response], realm: str, login: Credential | None) -> bytes:
    """Return what the token server says; it may not send us elsewhere."""
    server = shown(realm.partition("?")[0])
    try:
        answer = ask()
    except AuthRequired as error:
        if not is_denied(error):  # a proxy on the way
            raise
        what = "gives no token without a login" if login is None else "refused the login"
        raise AuthRequired(f"{server} {what}", hint=LOGIN_HINT, url=server) from None
    what = "" if answer.status == 200 else f"answered with status {answer.status}"
    if answer.url.partition("?")[0] != realm.partition("?")[0]:
        what = "sends us elsewhere, which is refused"
    if what:
        raise TransportError(
            f"the token server {server} {what}", hint="ask whoever runs that registry", url=server
        )
    return answer.body


def _is_given(login: Credential | None) -> bool:
    """Whether the secret is a registry's own bearer token, which is sent as it is."""
    return login is not None and not login.username


def _basic(login: Credential) -> str:
    pair = f"{login.username}:{login.secret}".encode()
    return f"Basic {base64.b64encode(pair).decode('ascii')}"
