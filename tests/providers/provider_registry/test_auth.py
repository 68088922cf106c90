"""Being let in: who sees a secret, when tokens are fetched, and what is never sent."""

from __future__ import annotations

import base64
import json
from contextlib import ExitStack
from typing import Any

import pytest

from provider_core.context import Credentials
from provider_core.credentials import Credential
from provider_core.errors import AuthRequired, DocumentError, TransportError
from provider_core.model import Query, Source
from provider_core.testing import Answer, Loopback, MemoryTransport, Request, make_context
from provider_core.transport import HttpTransport, Origin
from provider_registry import RegistryProvider

from ...support.images import make_image
from .fake_registry import URL, FakeRegistry
from .stores import WORK, install, package_of

LOGIN = "robot:s3cret-of-the-registry"
BASIC = base64.b64encode(LOGIN.encode()).decode()


def registry(**options: Any) -> FakeRegistry:
    one = FakeRegistry(**options)
    one.push("team/app", "1.0", make_image("x"))
    one.push("team/other", "1.0", make_image("y"))
    return one


def login_at(url: str, text: str = LOGIN) -> Credentials:
    """Return a lookup that knows one login, for one origin."""
    user, _, secret = text.partition(":")

    def lookup(origin: Origin) -> Credential | None:
        known = origin == Origin.of(url)
        return Credential(username=user, secret=secret) if known else None

    return lookup


def find(one: FakeRegistry, *names: str, login: str = "", **options: Any) -> list[str]:
    """Return the versions found, by one provider, with one login."""
    provider = RegistryProvider()
    context = make_context(
        WORK,
        transport=one.network,
        credentials=login_at(one.url, login) if login else (lambda _: None),
        options=options,
    )
    found = []
    for name in names or ("team/app",):
        found += [one.version for one in provider.find(Query(name=name, tag="1.0"), context)]
    return found


def test_a_registry_that_asks_for_nothing() -> None:
    one = registry()
    assert find(one) == ["1.0"]
    assert one.asked == [("GET", ""), ("HEAD", "team/app/manifests/1.0")]
    assert not [request for request in one.seen if "authorization" in request.headers]


def test_a_token_costs_one_question_and_one_answer() -> None:
    one = registry(scheme="bearer")
    assert find(one) == ["1.0"]
    assert one.asked == [("GET", ""), ("GET", "token"), ("HEAD", "team/app/manifests/1.0")]
    assert "scope=repository%3Ateam%2Fapp%3Apull" in one.seen[1].url


def test_each_repository_has_its_token_and_keeps_it() -> None:
    one = registry(scheme="bearer")
    assert find(one, "team/app", "team/other", "team/app") == ["1.0"] * 3
    assert one.tokens == 2
    assert one.paths().count("") == 1


@pytest.mark.parametrize("scheme", ["basic", "bearer"])
def test_a_login_lets_in(scheme: str) -> None:
    one = registry(scheme=scheme, login=LOGIN)
    assert find(one, login=LOGIN) == ["1.0"]
    with pytest.raises(AuthRequired) as caught:
        find(one)
    assert "ferry source login" in caught.value.hint
    assert "refused" not in caught.value.message
    with pytest.raises(AuthRequired, match="refused the login") as caught:
        find(one, login="robot:wrong-secret")
    assert "wrong-secret" not in repr(caught.value) + str(caught.value.as_json())


def test_a_proxy_before_the_token_server_is_told_as_that() -> None:
    one = registry(scheme="bearer", login=LOGIN)
    one.network.routes[f"{URL}/token"] = Answer(status=407)
    with pytest.raises(AuthRequired, match="proxy"):
        find(one, login=LOGIN)


def test_the_password_goes_to_the_token_server_alone() -> None:
    one = registry(scheme="bearer", login=LOGIN)
    find(one, login=LOGIN)
    told = [
        request.url for request in one.seen if BASIC in request.headers.get("authorization", "")
    ]
    assert len(told) == 1
    assert told[0].startswith(f"{URL}/token?")


def test_a_registrys_own_token_is_sent_as_it_is() -> None:
    one = registry(scheme="bearer")
    one.good.add("given-by-hand")
    assert find(one, login=":given-by-hand") == ["1.0"]
    assert one.tokens == 0
    with pytest.raises(AuthRequired):
        find(one, login=":another")


def test_an_identity_token_is_exchanged() -> None:
    one = registry(scheme="bearer")
    assert find(one, login="<token>:identity") == ["1.0"]
    asked = next(request for request in one.seen if request.method == "POST")
    assert b"refresh_token=identity" in asked.body
    assert "authorization" not in asked.headers


def test_a_token_that_ends_is_fetched_again() -> None:
    one = registry(scheme="bearer")
    provider, context = RegistryProvider(), make_context(WORK, transport=one.network)
    query = Query(name="team/app", tag="1.0")
    assert list(provider.find(query, context))
    one.good.clear()
    assert list(provider.find(query, context))
    assert one.tokens == 2


def test_what_is_denied_is_asked_twice_and_no_more() -> None:
    one = registry(scheme="bearer", denies=frozenset({"team/app"}))
    with pytest.raises(AuthRequired):
        find(one)
    assert one.tokens == 2
    assert len(one.paths("HEAD")) == 2


def insufficient(one: FakeRegistry, scope: str) -> MemoryTransport:
    """Return the registry's network, where a manifest wants a token with *scope* too."""

    def answer(request: Request) -> Answer:
        token = request.headers.get("authorization", "")
        if request.url.endswith("/v2/"):
            return one.answer(request)
        asked = [seen.url for seen in one.seen if "token?" in seen.url]
        if token and scope.replace(":", "%3A").replace("/", "%2F") in asked[-1]:
            return one.answer(request)
        challenge = f'Bearer realm="{URL}/token",scope="{scope}",error="insufficient_scope"'
        one.asked.append((request.method, "insufficient"))
        return Answer(status=401, headers={"www-authenticate": challenge})

    one.network.routes[f"{URL}/v2/"] = answer
    return one.network


def test_a_scope_that_is_missing_is_asked_for_once() -> None:
    one = registry(scheme="bearer")
    insufficient(one, "repository:proxy/team/app:pull")
    assert find(one) == ["1.0"]
    assert one.paths().count("insufficient") == 1


def test_a_pull_never_asks_to_push() -> None:
    one = registry(scheme="bearer")
    insufficient(one, "repository:team/app:pull,push")
    with pytest.raises(AuthRequired):
        find(one)
    assert not [request for request in one.seen if "push" in request.url]


ELSEWHERE = "https://attacker.example/token"


def test_cve_2020_15157_a_foreign_realm_sees_no_password() -> None:
    one = registry(scheme="bearer", login=LOGIN, realm=ELSEWHERE)
    with pytest.raises(AuthRequired, match="attacker"):
        find(one, login=LOGIN)
    assert not [request for request in one.seen if "attacker" in request.url]


def test_cve_2026_33990_the_rule_holds_when_a_token_is_renewed() -> None:
    """It was mended for pushes alone; here one place asks for every token."""
    one = registry(scheme="bearer", login=LOGIN)
    provider = RegistryProvider()
    lookup = login_at(URL)
    context = make_context(WORK, transport=one.network, credentials=lookup)
    query = Query(name="team/app", tag="1.0")
    assert list(provider.find(query, context))
    one.good.clear()
    one.realm = ELSEWHERE
    one.serve(one.network)
    with pytest.raises(AuthRequired, match="attacker"):
        list(provider.find(query, context))
    assert not [request for request in one.seen if "attacker" in request.url]


def test_the_user_may_trust_a_token_host() -> None:
    one = registry(scheme="bearer", login=LOGIN, realm="https://auth.elsewhere.example/token")
    assert find(one, login=LOGIN, **{"token-host": ("auth.elsewhere.example",)}) == ["1.0"]


def test_a_token_host_can_be_named_wherever_a_login_is_used() -> None:
    verbs = {spec.verb for spec in RegistryProvider().options() if spec.name == "token-host"}
    assert verbs == {spec.verb for spec in RegistryProvider().options() if spec.name == "authfile"}


def test_anonymous_tokens_may_come_from_elsewhere() -> None:
    one = registry(scheme="bearer", realm=ELSEWHERE)
    assert find(one) == ["1.0"]


@pytest.mark.parametrize(
    "realm", ["http://169.254.169.254/token", "http://127.0.0.1/token", "file:///etc/passwd"]
)
def test_cve_2026_33540_no_realm_leads_into_our_network(realm: str) -> None:
    one = registry(scheme="bearer", realm=realm)
    with pytest.raises(TransportError, match="token server"):
        find(one)


def test_a_token_server_may_not_send_us_elsewhere() -> None:
    told = []

    def inside(request: Request) -> Answer:
        told.append(request)
        return Answer(body=b'{"token": "x"}')

    one = registry(scheme="bearer")
    with ExitStack() as stack:
        hidden = stack.enter_context(Loopback(inside))
        moved = Answer(status=302, headers={"location": f"{hidden.url}/token"})
        tokens = stack.enter_context(Loopback(lambda request: moved))
        server = stack.enter_context(one.listen())
        transport = stack.enter_context(HttpTransport())
        one.realm = f"{tokens.url}/token"
        context = make_context(
            Source(name="work", provider="registry", location=server.url),
            transport=transport,
            credentials=login_at(server.url),
            options={"token-host": (tokens.url.removeprefix("http://"),)},
        )
        with pytest.raises(TransportError, match="sends us elsewhere"):
            list(RegistryProvider().find(Query(name="team/app", tag="1.0"), context))
    assert not [request for request in told if "authorization" in request.headers]


def test_cve_2026_103868_what_one_source_has_is_not_the_others() -> None:
    """Two sources at one registry, with a login each, in one process."""
    one = registry(scheme="bearer", login=LOGIN)
    provider, query = RegistryProvider(), Query(name="team/app", tag="1.0")
    lookup = login_at(URL)
    mine = make_context(WORK, transport=one.network, credentials=lookup)
    assert list(provider.find(query, mine))
    other = make_context(
        Source(name="other", provider="registry", location=URL), transport=one.network
    )
    with pytest.raises(AuthRequired):
        list(provider.find(query, other))


def test_the_login_is_asked_for_by_the_exact_origin() -> None:
    one, asked = registry(scheme="bearer"), []

    def lookup(origin: Origin) -> None:
        asked.append(origin)

    context = make_context(WORK, transport=one.network, credentials=lookup)
    list(RegistryProvider().find(Query(name="team/app", tag="1.0"), context))
    assert set(asked) == {Origin.of(URL)}


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", json.dumps({"token": "a\r\nb"}).encode(), b'{"expires_in": 60}'],
)
def test_a_token_server_that_talks_nonsense(body: bytes) -> None:
    one = registry(scheme="bearer")
    one.network.routes[f"{URL}/token"] = body
    with pytest.raises(DocumentError):
        find(one)


def test_a_token_that_ends_in_the_middle_of_a_layer_is_renewed() -> None:
    image = make_image("x" * 300_000, wrapping="")
    one = registry(scheme="bearer")
    one.push("team/app", "2.0", image)
    layer = f"{URL}/v2/team/app/blobs/{image.manifest.layers[0].digest}"

    def answer(request: Request) -> Answer:
        said = one.answer(request)
        if request.url == layer and said.status == 200:
            one.good.clear()
        return said

    one.network.routes[f"{URL}/v2/"] = answer
    one.network.cut(layer, after=100_000)
    context = make_context(WORK, transport=one.network, options={"referrers": False})
    _, store = install(package_of(image.root), context)
    assert set(dict(store.blobs())) == set(image.blobs)
    assert one.network.served[layer] == image.manifest.layers[0].size
    assert one.tokens == 2
