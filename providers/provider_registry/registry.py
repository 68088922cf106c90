"""One registry as one call speaks to it: every request passes here, with what lets us in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from provider_core.context import Context
from provider_core.credentials import Credential
from provider_core.errors import AuthRequired, DocumentError, TransportError
from provider_core.oci import DOCUMENT_LIMIT, read_document
from provider_core.transport import Body, Origin, Response
from provider_core.transport.urls import origin_of

from .auth import RegistryAuth, denial
from .endpoints import Endpoint
from .logins import kept_login
from .memory import Account, Memory
from .paging import next_query
from .tokens import Scope
from .warnings_said import warnings_in

__all__ = ["Registry"]

_PAGE = 1000
_MOST_PAGES = 1000
_MOST_NAMES = 100_000
_SILENT_SECONDS = 60.0

_CATALOG = Scope(kind="registry", name="catalog", actions=frozenset({"*"}))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Registry:
    """A registry, or a part of one."""

    endpoint: Endpoint
    context: Context
    memory: Memory
    namespace: str = ""
    """The registry that a proxy here is to ask (``ns``); '' for none."""
    patient: bool = True
    """Whether to wait for failures to pass; not for a mirror, which is not the only one."""

    @property
    def is_silent(self) -> bool:
        """Whether it did not answer a moment ago."""
        return bool(self.memory.noted(("silent", self.endpoint.origin)))

    def note_silence(self) -> None:
        """Note that it did not answer."""
        self.memory.note(("silent", self.endpoint.origin), True, seconds=_SILENT_SECONDS)

    def auth(self, scopes: Iterable[Scope], *, repository: str = "") -> RegistryAuth:
        """Return what lets us in for *scopes*; *repository* says whose login, where it matters."""
        context, origin = self.context, self.endpoint.origin
        source = context.source.name if context.source else ""
        return RegistryAuth(
            Account(source=source, origin=origin, login=self._login(source, repository)),
            tuple(scopes),
            root=self.endpoint.root,
            transport=context.transport,
            memory=self.memory,
            token_hosts=context.options.get("token-host") or (),
        )

    @property
    def has_login(self) -> bool:
        """Whether we know who to be there."""
        return self._login(self.context.source.name if self.context.source else "", "") is not None

    def _login(self, source: str, repository: str) -> Credential | None:
        """Return who to be; helpers are programs, and are not run for every request."""
        own = self.context.credentials(self.endpoint.origin)
        if own is not None:
            return own
        origin, repository = self.endpoint.origin, self.endpoint.whole(repository)
        key = ("login", source, origin, repository, self.context.options.get("authfile"))
        known: tuple[Credential | None] | None = self.memory.noted(key)
        if known is None:
            known = (kept_login(origin, repository, self.context),)
            self.memory.note(key, known)
        return known[0]

    def request(
        self,
        method: str,
        url: str,
        auth: RegistryAuth,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | Body = b"",
        limit: int = DOCUMENT_LIMIT,
    ) -> Response:
        """Make one request, and tell what the registry warns of.

        404 is an answer.  Raises TransportError; AuthRequired with the way to log in.
        """
        self.context.check()
        try:
            answer = self.context.transport.request(
                method,
                url,
                headers=headers,
                body=body,
                auth=auth,
                limit=limit,
                told_by=self._teller(url),
                patient=self.patient,
            )
        except AuthRequired as error:
            raise denial(error, auth) from None
        for text in warnings_in(answer.headers.get("warning", "")):
            if self.memory.first_time(self.endpoint.origin, text):
                self.context.progress.notice(f"{self.endpoint.host} warns: {text}")
        return answer

    def _teller(self, url: str) -> Origin | None:
        """Return who named *url*, if it is elsewhere: this registry did, as for uploads."""
        home = self.endpoint.origin
        return None if origin_of(url) == home else home

    def check(self) -> None:
        """See whether a registry answers here and lets us in.

        Raises AuthRequired, TransportError; also where something else answers.
        """
        answer = self.request("GET", self.endpoint.root, self.auth(()))
        if answer.status != 200:
            raise TransportError(
                f"{self.endpoint.root} answered with status {answer.status}: it is no registry",
                hint="check the URL; a path stands in front of the names of its repositories",
                url=self.endpoint.root,
            )

    def catalog(self) -> Iterator[tuple[str, ...]]:
        """Yield the names of the repositories below the endpoint's prefix, page by page.

        Raises AuthRequired and HttpStatus where that is not allowed, as at Docker Hub.
        """
        prefix = self.endpoint.prefix
        url = f"{self.endpoint.root}_catalog"
        for page in self.pages(url, "repositories", self.auth([_CATALOG])):
            yield tuple(name.removeprefix(prefix) for name in page if name.startswith(prefix))

    def pages(self, url: str, key: str, auth: RegistryAuth) -> Iterator[tuple[str, ...]]:
        """Yield the names under *key* of each page of a list; nothing if there is no such list.

        Raises DocumentError for a list that is malformed, goes round in circles or is endless:
        more than 1,000 pages or 100,000 names.
        """
        joint = "&" if "?" in url else "?"
        query, seen, count = f"n={_PAGE}", set[str](), 0
        while query:
            if query in seen or len(seen) >= _MOST_PAGES or count > _MOST_NAMES:
                raise DocumentError("it does not end", what=f"the list {url}")
            seen.add(query)
            answer = self.request("GET", url + joint + query, auth)
            if answer.status == 404:
                return
            node = read_document(answer.body, what=f"the list {url}")
            page = node.strings(key, limit=_MOST_NAMES)
            count += len(page)
            yield page
            query = next_query(answer.headers.get("link", ""))
