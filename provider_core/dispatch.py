"""Typed calls of one provider at a time, each guarded: the only place that calls hooks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from pluggy import HookCaller

from .answers import check_id, guarded, many, nothing, one, sequence_or_none
from .context import Context
from .errors import Cancelled, Error, NoSuchFile, NotSupported, ProviderFault
from .hookspecs import Reader, Writer
from .model import (
    Content,
    Contents,
    Feature,
    Finding,
    Found,
    Held,
    Installed,
    Package,
    Query,
    Requirement,
    Saved,
    Snapshot,
    Source,
    Verdict,
)
from .plugins import Loaded, Plugins
from .references import Reference
from .supervision import Signs, supervise

__all__ = ["Dispatcher"]

_T = TypeVar("_T")
trace = logging.getLogger("provider_core.trace")


class Dispatcher:
    """Calls providers by name.

    Our own errors come through with `.provider` set; anything else a plugin raises, and any
    answer of a wrong type, is a ProviderFault.  A question that is late is a TimedOut.
    """

    def __init__(
        self, plugins: Plugins, *, question_limit: float = 30.0, stall_limit: float = 120.0
    ) -> None:
        self.plugins = plugins
        self._question_limit = question_limit
        self._stall_limit = stall_limit

    # questions ----------------------------------------------------------------------------

    def check_source(self, provider: str, source: Source, context: Context) -> Source:
        """Return the source as its provider wants it kept; as it is if it has no opinion."""
        if not self._has(provider, Feature.CHECK_SOURCE):
            return source
        answer = self._ask(provider, Feature.CHECK_SOURCE, context, one(Source), source=source)
        if answer is None:
            return source
        if (answer.name, answer.provider) != (source.name, source.provider):
            raise ProviderFault(provider, "check_source", "it returned another source")
        return answer

    def find(self, provider: str, query: Query, context: Context) -> tuple[Package, ...]:
        """Ask a source's provider; () if nothing fits."""
        packages = self._ask(provider, Feature.FIND, context, many(Package), query=query)
        for package in packages:
            check_id(package.id, provider, "find", context.source)
        return packages

    def search(self, provider: str, words: str, limit: int, context: Context) -> tuple[Found, ...]:
        """Ask which names at a source fit some words."""
        found = self._ask(provider, Feature.SEARCH, context, many(Found), words=words, limit=limit)
        for name in found:
            if context.source is not None and name.source != context.source.name:
                raise ProviderFault(provider, "search", f"{name.name} is of source {name.source!r}")
        return found

    def resolve(
        self,
        provider: str,
        reference: Reference,
        context: Context,
        signs: Signs | None = None,
    ) -> tuple[Package, ...]:
        """Ask what a file, folder, URL or digest holds; () if it is not the provider's.

        With *signs* it may take its time, as long as it shows some.
        """
        packages = self._ask(
            provider, Feature.RESOLVE, context, many(Package), signs, reference=reference
        )
        for package in packages:
            check_id(package.id, provider, "resolve", None)
        return packages

    def dependencies(
        self, provider: str, package: Package, context: Context
    ) -> tuple[Requirement, ...]:
        """Ask what a package needs besides `package.requires`."""
        if not self._has(provider, Feature.DEPENDENCIES):
            return ()
        return self._ask(
            provider, Feature.DEPENDENCIES, context, many(Requirement), package=package
        )

    def order(
        self, provider: str, packages: Sequence[Package], context: Context
    ) -> tuple[Package, ...] | None:
        """Ask for the order of installing; None: any, in parallel."""
        if not self._has(provider, Feature.ORDER):
            return None
        answer = self._ask(
            provider, Feature.ORDER, context, sequence_or_none, packages=tuple(packages)
        )
        if answer is not None and sorted(map(repr, answer)) != sorted(map(repr, packages)):
            raise ProviderFault(provider, "order", "it did not return the packages it was given")
        return answer

    def contents(
        self, provider: str, package: Package, reader: Reader, context: Context
    ) -> Contents | None:
        """Ask which blobs a package needs; None if the provider cannot say."""
        if not self._has(provider, Feature.CONTENTS):
            return None
        return self._ask(
            provider, Feature.CONTENTS, context, one(Contents), package=package, reader=reader
        )

    def diagnose(self, provider: str, context: Context) -> tuple[Finding, ...]:
        """Ask what the provider needs of this host; () if it has nothing to say."""
        if not self._has(provider, Feature.DIAGNOSE):
            return ()
        return self._ask(provider, Feature.DIAGNOSE, context, many(Finding))

    # work ---------------------------------------------------------------------------------

    def refresh(
        self,
        provider: str,
        since: str | None,
        context: Context,
        signs: Signs,
        take: Callable[[Snapshot], _T],
    ) -> _T | None:
        """Hand *take* what changed since a token, its generators guarded; None if nothing did."""

        def alive() -> None:
            context.check()
            signs.show()

        def consume(answers: list[object]) -> _T | None:
            snapshot = one(Snapshot)(answers)
            if snapshot is None:
                return None
            return take(guarded(snapshot, provider, context.source, alive))

        return self._work(provider, Feature.REFRESH, context, signs, consume, since=since)

    def install(
        self,
        provider: str,
        package: Package,
        reader: Reader,
        writer: Writer,
        context: Context,
        signs: Signs,
    ) -> Content:
        """Pour a package into the store."""
        content = self._work(
            provider,
            Feature.INSTALL,
            context,
            signs,
            one(Content),
            package=package,
            reader=reader,
            writer=writer,
        )
        if content is None:
            raise ProviderFault(provider, "install", f"it returned nothing for {package}")
        return content

    def convert(
        self,
        provider: str,
        content: Content,
        reader: Reader,
        writer: Writer,
        context: Context,
        signs: Signs,
    ) -> Content | None:
        """Turn raw content into an image; None if the provider takes it for not its own."""
        return self._work(
            provider,
            Feature.CONVERT,
            context,
            signs,
            one(Content),
            content=content,
            reader=reader,
            writer=writer,
        )

    def save(
        self,
        provider: str,
        images: Sequence[Held],
        destination: str,
        reader: Reader,
        context: Context,
        signs: Signs,
    ) -> Saved:
        """Pour images from the store into a destination."""
        saved = self._work(
            provider,
            Feature.SAVE,
            context,
            signs,
            one(Saved),
            images=tuple(images),
            destination=destination,
            reader=reader,
        )
        if saved is None:
            raise ProviderFault(provider, "save", f"it wrote nothing to {destination}")
        return saved

    def verify(
        self, provider: str, reference: Reference, context: Context, signs: Signs
    ) -> tuple[Verdict, ...]:
        """Let the provider read and hash a medium of its own kind."""
        return self._work(
            provider, Feature.VERIFY, context, signs, many(Verdict), reference=reference
        )

    def may_go(self, installed: Installed, context: Context, signs: Signs) -> None:
        """Let the policies agree that an image goes; its provider is not asked."""
        self.plugins.load_policies()
        caller = self.plugins.caller("uninstall", None)
        arguments: dict[str, object] = {"installed": installed}
        self._supervised("policies", caller, context, signs, nothing, arguments)

    def release(self, installed: Installed, context: Context, signs: Signs) -> None:
        """Let the provider release what it keeps of an image; the policies agreed before."""
        provider = installed.package.id.provider
        loaded = self._loaded(provider, Feature.UNINSTALL)
        caller = self.plugins.unwrapped_caller("uninstall", loaded.plugin)
        arguments: dict[str, object] = {"installed": installed}
        self._supervised(provider, caller, context, signs, nothing, arguments)

    # the guard ----------------------------------------------------------------------------

    def _has(self, provider: str, feature: Feature) -> bool:
        return feature in self.plugins.get(provider).info.features

    def _loaded(self, provider: str, feature: Feature) -> Loaded:
        loaded = self.plugins.get(provider)
        if feature not in loaded.info.features:
            raise NotSupported(
                f"the provider {provider!r} cannot {feature.value}",
                hint=f"`ferry provider show {provider}` lists what it can do",
                provider=provider,
                feature=feature.value,
            )
        return loaded

    def _ask(
        self,
        provider: str,
        feature: Feature,
        context: Context,
        consume: Callable[[list[object]], _T],
        signs: Signs | None = None,
        **arguments: object,
    ) -> _T:
        caller = self.plugins.caller(feature.value, self._loaded(provider, feature).plugin)
        return self._supervised(provider, caller, context, signs, consume, arguments)

    def _work(
        self,
        provider: str,
        feature: Feature,
        context: Context,
        signs: Signs,
        consume: Callable[[list[object]], _T],
        **arguments: object,
    ) -> _T:
        loaded = self._loaded(provider, feature)
        self.plugins.load_policies()
        caller = self.plugins.caller(feature.value, loaded.plugin)
        return self._supervised(provider, caller, context, signs, consume, arguments)

    def _supervised(
        self,
        provider: str,
        caller: HookCaller,
        context: Context,
        signs: Signs | None,
        consume: Callable[[list[object]], _T],
        arguments: dict[str, object],
    ) -> _T:
        hook = caller.name
        trace.info("%s.%s(%s)", provider, hook, ", ".join(arguments))

        def call() -> _T:
            answers = caller(**arguments, context=context)
            if not isinstance(answers, list):
                policies = ", ".join(self.plugins.wrappers(hook))
                raise ProviderFault(policies, hook, "it did not return what it was given")
            return consume(answers)

        try:
            return supervise(
                call,
                what=f"{provider}.{hook}",
                limit=self._question_limit if signs is None else self._stall_limit,
                cancel=context.cancel,
                signs=signs,
            )
        except Cancelled:
            raise
        except Error as error:
            error.provider = error.provider or self.plugins.culprit(error) or provider
            if isinstance(error, NoSuchFile) and hook != Feature.CHECK_SOURCE.value:
                _say_where(error, context.source)
            raise
        except Exception as error:
            culprit = self.plugins.culprit(error) or provider
            raise ProviderFault(culprit, hook, f"{type(error).__name__}: {error}") from error


def _say_where(error: NoSuchFile, source: Source | None) -> None:
    """Say in *error* what to do about a source whose folder or medium is not in its place."""
    path = Path(str(error.fields["path"]))
    if source is not None and source.is_local and path.is_relative_to(source.location):
        error.hint = (
            "put its medium into its place, or say where it is now:"
            f" `ferry source set {source.name} --location PLACE`"
        )
