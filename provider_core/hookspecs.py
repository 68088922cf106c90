"""The whole plugin contract: sixteen hooks, all of them typed, all but `provider_info` optional.

A provider is an instance of an ordinary class (not a dataclass) whose methods are marked with
`hookimpl` and take the arguments they need **by these names**, without defaults; it may leave
out arguments it does not use.  Subclass `ProviderSpec` and mypy checks the signatures;
subclass `SimpleProvider` and `find` and `open` are all there is to write.

The host calls one provider at a time and guards each call.  Errors of `provider_core.errors`
pass through to the user; any other exception becomes a ProviderFault.  *Questions* (find,
search, resolve, dependencies, contents, order, check_source, diagnose) have a deadline and may be
abandoned; *work* (refresh, install, convert, save, verify, uninstall, and resolve of a local
file, which may be huge) has none, but must give signs of life through the writer, the reader,
the transport or ``context.progress``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pluggy

from .context import Context
from .model import (
    Content,
    Contents,
    Finding,
    Found,
    Held,
    Installed,
    OptionSpec,
    Package,
    ProviderInfo,
    Query,
    Requirement,
    Saved,
    Snapshot,
    Source,
    Verdict,
)
from .store import Reader, Writer

if TYPE_CHECKING:
    from .references import Reference

__all__ = [
    "COMMAND_GROUP",
    "CONTRACT",
    "PROJECT",
    "Context",
    "ProviderSpec",
    "Reader",
    "Writer",
    "hookimpl",
]

PROJECT = "provider_core"
"""pluggy's project name."""
CONTRACT = 1
"""Version of this contract; a provider that asks for a higher one is not loaded."""
COMMAND_GROUP = "provider_core.commands"
"""Entry points of further commands: the module is imported when the command is run."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class ProviderSpec:
    """Every hook, with its example and what it may raise."""

    @hookspec
    def provider_info(self) -> ProviderInfo:
        """Say who you are.  No I/O; called once, when the provider is loaded.

        Example::

            return ProviderInfo(name="acme", version="1.0", features=frozenset({Feature.FIND}))
        """
        raise NotImplementedError

    @hookspec
    def options(self) -> Iterable[OptionSpec]:
        """List the options you understand, as data.  No I/O.

        Example::

            yield OptionSpec(name="drive", verb=Verb.SOURCE, type=OptionType.PATH)
        """
        return ()

    @hookspec
    def check_source(self, source: Source, context: Context) -> Source:
        """Take a source that is being added or changed: normalise it, state its trust, or refuse.

        Returns the source to keep.  Raises UsageError, NoSuchFile, TransportError.

        Example::

            return replace(source, location=str(Path(source.location).resolve()))
        """
        raise NotImplementedError

    @hookspec
    def diagnose(self, context: Context) -> Iterable[Finding]:
        """Say what of this host you need, and whether it is there; `ferry doctor` shows it.

        Example::

            yield Finding(what="tape drive", status="bad", detail="no /dev/st0", hint="plug it in")
        """
        raise NotImplementedError

    @hookspec
    def find(self, query: Query, context: Context) -> Iterable[Package]:
        """Answer a question about ``context.source``; nothing there is an empty answer.

        A pure question: it changes nothing.  Too many answers are filtered by the host.
        Raises TransportError, IntegrityError.

        Example::

            for name, version, descriptor in read_shelf(context.source.location):
                if query.wants_name(name):
                    yield Package(id=PackageId(provider="acme", source=context.source.name,
                                               name=name, version=version), pin=descriptor)
        """
        return ()

    @hookspec
    def search(self, words: str, limit: int, context: Context) -> Iterable[Found]:
        """List at most *limit* names at ``context.source`` that fit *words*, the best first.

        For sources that can be searched but not listed; versions are for find to tell.
        Raises UsageError for words it cannot search for, TransportError, IntegrityError.

        Example::

            for hit in ask_the_index(words, limit):
                yield Found(source=context.source.name, name=hit.name, stars=hit.stars)
        """
        return ()

    @hookspec
    def refresh(self, since: str | None, context: Context) -> Snapshot | None:
        """Say what changed in ``context.source`` since the token *since*; None if nothing did.

        With Feature.REFRESH a source is indexed: its offers live in the catalog, and find does
        not ask the provider.  *since* is None the first time.  Token and offers are written
        together, so an answer that is lost is asked for again.  Raises TransportError,
        IntegrityError.

        Example::

            return Snapshot(since=since, token="42", upserts=changed, removed=gone)
        """
        return None

    @hookspec
    def resolve(self, reference: Reference, context: Context) -> Iterable[Package]:
        """List the packages that a file, folder, URL or digest holds; empty: it is not yours.

        The host asks the providers whose magic, markers or schemes fit.
        Raises IntegrityError, NoSuchFile, TransportError.

        Example::

            if isinstance(reference, FilePath):
                yield from packages_of(Path(reference.path))
        """
        return ()

    @hookspec
    def dependencies(self, package: Package, context: Context) -> Iterable[Requirement]:
        """List what must be installed before *package*, besides ``package.requires``.

        Example::

            yield Requirement(name=Name(name="NanoServer"), reason="base image")
        """
        return ()

    @hookspec
    def order(self, packages: Sequence[Package], context: Context) -> Sequence[Package] | None:
        """Return *packages* in the order they must be installed in, one after the other.

        For tapes and the like; None: any order, in parallel.  All are of ``context.source``;
        other sources are read at the same time.  Each call may come on a thread of its own.

        Example::

            return sorted(packages, key=lambda package: position(package.pin))
        """
        return None

    @hookspec
    def contents(self, package: Package, reader: Reader, context: Context) -> Contents | None:
        """List the blobs that installing *package* needs, without fetching any.

        For the plan and for progress totals.  Never spends a pull: a manifest that is in the
        store already is read there.  Where ``context.options["estimate"]`` is set the user
        looks at a plan, and the source may be asked for sizes.  None if unknown.

        Example::

            return Contents(descriptors=(package.pin, config, *layers), pulls=1)
        """
        return None

    @hookspec
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Pour *package* into the store: every blob below its root, for the wanted platforms.

        Returns what is there then; a FileStamp as the root if the local file may stay where it
        is.  Raises IntegrityError, TransportError, NotFoundError.

        Example::

            partial = writer.expect(package.pin)
            if partial is not None:
                with partial:
                    context.transport.download(package.pin, locations, partial)
                    partial.commit()
            return Content(root=package.pin, platforms=package.platforms)
        """
        return None

    @hookspec
    def convert(
        self, content: Content, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Turn content of a type in your ``accepts`` into an image; None: not yours after all.

        ``content.root`` is the raw blob or file; ``reader.open`` gives it seekable.  With
        ``context.options["keep-original"]``, which the host says, set ``original`` to the raw
        content as it is in the store.  Raises IntegrityError, NotSupported.

        Example::

            with reader.open(content.root) as raw:
                return Content(root=write_image(raw, writer), original=content.root)
        """
        return None

    @hookspec
    def save(
        self, images: Sequence[Held], destination: str, reader: Reader, context: Context
    ) -> Saved | None:
        """Pour *images* from the store into *destination*, all of them or none.

        *destination* is a path or URL that one of your ``saves`` fits; whether it may be
        overwritten was settled by the host (``context.options["force"]``).  It is "-" only for
        one with ``stream``: write the whole to ``context.sink``, from start to end.
        Raises Exists, NoSpace, TransportError, NotSupported.

        Example::

            return Saved(location=destination, names=names, roots=roots, written=count)
        """
        return None

    @hookspec
    def verify(self, reference: Reference, context: Context) -> Iterable[Verdict]:
        """Read and hash a file or folder that you open, import nothing, and say what is wrong.

        Only where there is more to say than installing it would find out: who signed it, until
        when, what it leaves out.  Without this hook the host lets you install everything into a
        store that keeps nothing.  Raises NoSuchFile; damage is in the verdict.

        Example::

            yield Verdict(place=reference.path, kind="shelf", problems=tuple(broken_boxes()))
        """
        raise NotImplementedError

    @hookspec
    def uninstall(self, installed: Installed, context: Context) -> None:
        """Release what you keep outside the store, before the image's row goes.

        Called only with Feature.UNINSTALL.  Raises InUse to refuse.

        Example::

            forget_mount(installed.package)
        """
