from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from provider_core.context import Context
from provider_core.dispatch import Dispatcher
from provider_core.errors import (
    Cancelled,
    DocumentError,
    NotSupported,
    ProviderFault,
    TimedOut,
    UnknownProvider,
    UsageError,
)
from provider_core.hookspecs import Reader, Writer, hookimpl
from provider_core.model import (
    Content,
    Contents,
    Feature,
    Finding,
    Installed,
    Package,
    PackageId,
    ProviderInfo,
    Query,
    Requirement,
    Saved,
    Snapshot,
    Source,
)
from provider_core.references import Name
from provider_core.supervision import Signs
from provider_core.testing import MemoryStore, make_context

from ..support.plugins import IMAGE, Good, candidate, card, package, plugins_of

SHELF = Source(name="shelf", provider="good", location="/srv/shelf")
OFFER = package(source="shelf")
BOX = Query(name="box")
CONTENT = Content(root=IMAGE.root)


class Scripted:
    """A provider whose every hook does what the test says."""

    def __init__(self, **answers: Callable[[], Any]) -> None:
        self._answers = answers

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        return card("good", *Feature)

    @hookimpl
    def find(self, query: Query) -> Any:
        return self._answer("find")

    @hookimpl
    def refresh(self, since: str | None) -> Any:
        return self._answer("refresh")

    @hookimpl
    def resolve(self, reference: object) -> Any:
        return self._answer("resolve")

    @hookimpl
    def dependencies(self, package: Package) -> Any:
        return self._answer("dependencies")

    @hookimpl
    def order(self, packages: Sequence[Package]) -> Any:
        return self._answer("order")

    @hookimpl
    def contents(self, package: Package) -> Any:
        return self._answer("contents")

    @hookimpl
    def install(self, package: Package, writer: Writer) -> Any:
        return self._answer("install")

    @hookimpl
    def convert(self, content: Content) -> Any:
        return self._answer("convert")

    @hookimpl
    def save(self, destination: str) -> Any:
        return self._answer("save")

    @hookimpl
    def uninstall(self, installed: Installed) -> None:
        self._answer("uninstall")

    @hookimpl
    def check_source(self, source: Source) -> Any:
        return self._answer("check_source")

    @hookimpl
    def diagnose(self) -> Any:
        return self._answer("diagnose")

    @hookimpl
    def search(self, words: str) -> Any:
        return self._answer("search")

    @hookimpl
    def verify(self, reference: object) -> Any:
        return self._answer("verify")

    def _answer(self, hook: str) -> Any:
        return self._answers[hook]()


def hosting(*plugins: object, **limits: float) -> Dispatcher:
    return Dispatcher(plugins_of(*plugins), **limits)


def answering(**answers: object) -> Dispatcher:
    """Return a host whose one provider answers each named hook with a value."""
    return hosting(Scripted(**{hook: lambda value=value: value for hook, value in answers.items()}))


def raising(error: BaseException) -> Callable[[], Any]:
    def fail() -> Any:
        raise error

    return fail


def find(dispatcher: Dispatcher, context: Context | None = None) -> tuple[Package, ...]:
    return dispatcher.find("good", BOX, context or make_context(SHELF))


def install(dispatcher: Dispatcher, context: Context | None = None) -> Content:
    store = MemoryStore()
    with store.lease() as lease:
        return dispatcher.install(
            "good", OFFER, store, store.writer(lease), context or make_context(SHELF), Signs()
        )


# answers --------------------------------------------------------------------------------


def test_a_question_brings_the_providers_answer() -> None:
    assert find(hosting(Good())) == (OFFER,)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (42, "expected several Package, got int"),
        ("box", "expected several Package, got str"),
        (b"box", "expected several Package, got bytes"),
        ([OFFER, None], "expected Package, got NoneType"),
        (["box"], "expected Package, got str"),
        ([replace(OFFER, id=replace(OFFER.id, provider="other"))], "box is of 'other'"),
        ([replace(OFFER, id=replace(OFFER.id, source="other"))], "box is of source 'other'"),
    ],
)
def test_nonsense_is_the_providers_fault(answer: object, reason: str) -> None:
    with pytest.raises(ProviderFault, match=reason) as caught:
        find(answering(find=answer))
    assert caught.value.fields["hook"] == "find"
    assert caught.value.provider == "good"


def test_no_answer_is_an_empty_one() -> None:
    assert find(answering(find=None)) == ()


def test_a_generator_that_fails_halfway_is_caught() -> None:
    def halfway() -> Iterator[Package]:
        yield OFFER
        raise KeyError("serial")

    with pytest.raises(ProviderFault, match="KeyError: 'serial'") as caught:
        find(answering(find=halfway()))
    assert isinstance(caught.value.__cause__, KeyError)


def test_our_own_errors_come_through_with_the_providers_name() -> None:
    error = DocumentError("no brackets", what="list")
    with pytest.raises(DocumentError) as caught:
        find(hosting(Scripted(find=raising(error))))
    assert caught.value is error
    assert caught.value.provider == "good"
    assert caught.value.as_json()["provider"] == "good"


@pytest.mark.parametrize("error", [ValueError("bad"), SystemExit(3), RecursionError("deep")])
def test_anything_else_is_a_provider_fault(error: BaseException) -> None:
    with pytest.raises(ProviderFault, match=type(error).__name__):
        find(hosting(Scripted(find=raising(error))))


def test_an_undeclared_feature_is_not_supported() -> None:
    dispatcher = hosting(Good())
    with pytest.raises(NotSupported, match="'good' cannot install") as caught:
        install(dispatcher)
    assert caught.value.fields["feature"] == "install"


def test_optional_questions_have_an_answer_without_the_feature() -> None:
    dispatcher, context = hosting(Good()), make_context(SHELF)
    assert dispatcher.dependencies("good", OFFER, context) == ()
    assert dispatcher.order("good", [OFFER], context) is None
    assert dispatcher.contents("good", OFFER, MemoryStore(), context) is None
    assert dispatcher.check_source("good", SHELF, context) is SHELF


def test_an_unknown_provider_is_named() -> None:
    with pytest.raises(UnknownProvider):
        hosting(Good()).find("absent", BOX, make_context(SHELF))


def test_a_provider_that_did_not_load_answers_with_its_fault() -> None:
    dispatcher = Dispatcher(plugins_of(candidate(lambda: 1 / 0), Good("fine")))
    with pytest.raises(ProviderFault, match="ZeroDivisionError"):
        find(dispatcher)
    source = replace(SHELF, provider="fine")
    (found,) = dispatcher.find("fine", BOX, make_context(source))
    assert found.id.provider == "fine"


def test_dependencies_contents_and_resolve_are_typed() -> None:
    requirement = Requirement(name=Name(name="base"))
    contents = Contents(descriptors=IMAGE.contents)
    loose = package()
    dispatcher, context = (
        answering(dependencies=[requirement], contents=contents, resolve=[loose]),
        make_context(),
    )
    assert dispatcher.dependencies("good", OFFER, context) == (requirement,)
    assert dispatcher.contents("good", OFFER, MemoryStore(), context) == contents
    assert dispatcher.resolve("good", Name(name="box"), context) == (loose,)


def test_order_must_return_what_it_was_given() -> None:
    one, two = package("one"), package("two")
    context = make_context(SHELF)
    assert answering(order=[two, one]).order("good", [one, two], context) == (two, one)
    for wrong in ([one], [one, one], [one, two, two]):
        with pytest.raises(ProviderFault, match="did not return the packages it was given"):
            answering(order=wrong).order("good", [one, two], context)


def test_what_a_provider_finds_is_checked() -> None:
    finding = Finding(what="drive", status="ok", detail="it is there")
    context = make_context(SHELF)
    assert answering(diagnose=[finding]).diagnose("good", context) == (finding,)
    with pytest.raises(ProviderFault, match="expected Finding"):
        answering(diagnose=["it is there"]).diagnose("good", context)


def test_check_source_may_change_the_place_but_not_the_name() -> None:
    moved = replace(SHELF, location="/mnt/shelf")
    context = make_context(SHELF)
    assert answering(check_source=moved).check_source("good", SHELF, context) == moved
    renamed = replace(SHELF, name="other")
    with pytest.raises(ProviderFault, match="returned another source"):
        answering(check_source=renamed).check_source("good", SHELF, context)


# work -----------------------------------------------------------------------------------


def test_install_brings_content() -> None:
    assert install(answering(install=CONTENT)) == CONTENT


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(None, "it returned nothing for box 1.0"), ("done", "expected Content, got str")],
)
def test_install_must_say_what_it_brought(answer: object, reason: str) -> None:
    with pytest.raises(ProviderFault, match=reason):
        install(answering(install=answer))


def test_save_must_say_what_it_wrote() -> None:
    saved = Saved(location="x.tar", names=(), roots=(), written=1)
    store, context = MemoryStore(), make_context()
    assert answering(save=saved).save("good", [], "x.tar", store, context, Signs()) == saved
    with pytest.raises(ProviderFault, match=r"wrote nothing to x\.tar"):
        answering(save=None).save("good", [], "x.tar", store, context, Signs())


def test_convert_may_decline() -> None:
    store = MemoryStore()
    with store.lease() as lease:
        answer = answering(convert=None).convert(
            "good", CONTENT, store, store.writer(lease), make_context(), Signs()
        )
    assert answer is None


def refresh(dispatcher: Dispatcher, take: Callable[[Snapshot], Any]) -> Any:
    return dispatcher.refresh("good", None, make_context(SHELF), Signs(), take)


def test_refresh_hands_on_a_snapshot_to_be_consumed_inside_the_guard() -> None:
    gone = PackageId(provider="good", source="shelf", name="old", version="1")
    snapshot = Snapshot(since=None, token="7", upserts=iter([OFFER]), removed=iter([gone]))
    taken = refresh(
        answering(refresh=snapshot),
        lambda one: (one.token, list(one.upserts), list(one.removed)),
    )
    assert taken == ("7", [OFFER], [gone])


def test_refresh_without_change_takes_nothing() -> None:
    assert refresh(answering(refresh=None), lambda one: 1 / 0) is None


@pytest.mark.parametrize(
    "upserts",
    [["box"], [replace(OFFER, id=replace(OFFER.id, provider="other"))], 42],
)
def test_nonsense_in_a_snapshot_is_the_providers_fault(upserts: Any) -> None:
    snapshot = Snapshot(since=None, token="7", upserts=upserts)
    with pytest.raises(ProviderFault) as caught:
        refresh(answering(refresh=snapshot), lambda one: list(one.upserts))
    assert caught.value.fields["hook"] == "refresh"


# time -----------------------------------------------------------------------------------


@pytest.fixture
def never() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_question_that_hangs_is_late(never: threading.Event) -> None:
    dispatcher = hosting(Scripted(find=never.wait), question_limit=0.2)
    context = make_context(SHELF)
    with pytest.raises(TimedOut) as caught:
        find(dispatcher, context)
    assert caught.value.provider == "good"
    assert caught.value.fields["what"] == "good.find"
    assert context.cancel.is_cancelled


def test_work_may_last_while_it_shows_signs_of_life() -> None:
    signs = Signs()

    def work() -> Content:
        for _ in range(6):
            time.sleep(0.1)
            signs.show()
        return CONTENT

    dispatcher = hosting(Scripted(install=work), question_limit=0.1, stall_limit=0.4)
    store = MemoryStore()
    with store.lease() as lease:
        writer = store.writer(lease)
        assert dispatcher.install("good", OFFER, store, writer, make_context(), signs) == CONTENT


def test_work_that_stalls_is_given_up(never: threading.Event) -> None:
    with pytest.raises(TimedOut):
        install(hosting(Scripted(install=never.wait), stall_limit=0.2))


def test_an_interrupt_is_nobodys_fault(never: threading.Event) -> None:
    context = make_context(SHELF)
    threading.Timer(0.1, context.cancel.cancel).start()
    with pytest.raises(Cancelled) as caught:
        install(hosting(Scripted(install=never.wait)), context)
    assert caught.value.provider == ""


# policies -------------------------------------------------------------------------------


class Denies:
    """A policy that refuses everything, and says so in a helper."""

    @hookimpl(wrapper=True)
    def install(self, package: Package) -> Iterator[Any]:
        self._refuse(package.name)
        return (yield)

    @hookimpl(wrapper=True)
    def uninstall(self, installed: Installed) -> Iterator[Any]:
        self._refuse("image")
        return (yield)

    def _refuse(self, what: str) -> None:
        raise UsageError(f"{what} is forbidden here")


class Broken(Denies):
    def _refuse(self, what: str) -> None:
        raise LookupError("no rules")


class Exits(Denies):
    def _refuse(self, what: str) -> None:
        raise SystemExit(1)


class Forgets:
    """A policy that does not return what it was given."""

    @hookimpl(wrapper=True)
    def install(self, package: Package) -> Iterator[None]:
        yield


class Watches:
    """A policy that lets everything pass, errors too."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    @hookimpl(wrapper=True)
    def install(self, package: Package, reader: Reader) -> Iterator[Any]:
        self.seen.append(package.name)
        try:
            return (yield)
        finally:
            self.seen.append("after")


def test_a_policys_own_error_names_the_policy() -> None:
    with pytest.raises(UsageError, match="box is forbidden here") as caught:
        install(hosting(Scripted(install=lambda: CONTENT), Denies()))
    assert caught.value.provider == "Denies"


@pytest.mark.parametrize("policy", [Broken, Exits, Forgets])
def test_a_policy_that_breaks_is_the_one_at_fault(policy: type) -> None:
    with pytest.raises(ProviderFault) as caught:
        install(hosting(Scripted(install=lambda: CONTENT), policy()))
    assert caught.value.provider == policy.__name__
    assert caught.value.fields["hook"] == "install"


@pytest.mark.parametrize("error", [DocumentError("torn"), OSError("torn")])
def test_a_providers_error_through_a_policy_names_the_provider(error: Exception) -> None:
    policy = Watches()
    with pytest.raises((DocumentError, ProviderFault)) as caught:
        install(hosting(Scripted(install=raising(error)), policy))
    assert caught.value.provider == "good"
    assert policy.seen == ["box", "after"]


def test_policies_are_asked_before_an_image_goes() -> None:
    installed = Installed(package=OFFER, content=CONTENT, image_id=IMAGE.root.digest)
    dispatcher = hosting(Good(), candidate(Denies, "rule", policy=True))
    with pytest.raises(UsageError, match="image is forbidden here") as caught:
        dispatcher.may_go(installed, make_context(), Signs())
    assert caught.value.provider == "rule"


def test_a_provider_lets_go_of_an_image_that_the_policies_agreed_to() -> None:
    installed = Installed(
        package=OFFER, content=CONTENT, image_id=IMAGE.root.digest, uninstalls=True
    )
    asked: list[str] = []
    dispatcher = hosting(Scripted(uninstall=lambda: asked.append("good")), Denies())
    dispatcher.release(installed, make_context(), Signs())
    assert asked == ["good"]


def test_a_policy_that_does_not_load_stops_all_work() -> None:
    dispatcher = hosting(
        Scripted(install=lambda: CONTENT, find=lambda: [OFFER]),
        candidate(lambda: 1 / 0, "rule", policy=True),
    )
    installed = Installed(package=OFFER, content=CONTENT, image_id=IMAGE.root.digest)
    assert find(dispatcher) == (OFFER,)
    with pytest.raises(ProviderFault, match="ZeroDivisionError"):
        install(dispatcher)
    with pytest.raises(ProviderFault, match="ZeroDivisionError"):
        dispatcher.may_go(installed, make_context(), Signs())


# tracing --------------------------------------------------------------------------------


def test_every_call_is_traced_without_its_values(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="provider_core.trace"):
        find(hosting(Good()))
    assert [record.getMessage() for record in caplog.records] == ["good.find(query)"]
