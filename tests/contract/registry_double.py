"""A provider of registries, small but whole: what a real one needs of the contract."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.errors import BlobNotFound
from provider_core.hookspecs import ProviderSpec, hookimpl
from provider_core.model import (
    Content,
    Contents,
    Destination,
    Feature,
    Held,
    OptionSpec,
    Package,
    PackageId,
    ProviderInfo,
    Query,
    Saved,
    Verb,
)
from provider_core.oci import Descriptor, Index
from provider_core.oci.media_types import is_index, is_manifest
from provider_core.pouring import pour_image, select_image
from provider_core.references import Name, Reference
from provider_core.store import Reader, Writer, copy
from provider_core.testing import TokenAuth
from provider_core.transport import Location, Origin, Response
from provider_core.versions import Version, newest

__all__ = ["RegistryDouble"]


class RegistryDouble(ProviderSpec):
    """Asks over the transport; pins are what HEAD says; pushes into a dictionary."""

    def __init__(self) -> None:
        self.pushed: dict[str, dict[Digest, bytes]] = {}
        """Blobs by what followed ``registry://``."""

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        """Say what a registry can do."""
        return ProviderInfo(
            name="registry-double",
            version="1",
            features=frozenset(
                {
                    Feature.FIND,
                    Feature.RESOLVE,
                    Feature.CONTENTS,
                    Feature.INSTALL,
                    Feature.SAVE,
                }
            ),
            schemes=("https",),
            takes_hosts=True,
            saves=(Destination(scheme="registry", takes=("*/*",)),),
        )

    @hookimpl
    def options(self) -> Iterator[OptionSpec]:
        """Offer mirrors, several in one text, separated by spaces."""
        yield OptionSpec(name="mirror", verb=Verb.SOURCE)

    @hookimpl
    def find(self, query: Query, context: Context) -> Iterator[Package]:
        """Yield what the tags of a repository point to, looking at as few as will do."""
        assert context.source is not None
        if "/" in query.name and "." in query.name.partition("/")[0]:
            return  # a full reference of another registry is not a name in this one
        remote = _Remote(context.source.location, context)
        for name in [query.name] if not query.is_broad else remote.catalog():
            for tag in _tags_meant(remote.tags(name), query):
                pin = remote.head(name, tag)
                if pin is not None:
                    yield _package(context.source.name, name, tag, pin)

    @hookimpl
    def resolve(self, reference: Reference, context: Context) -> Iterator[Package]:
        """Yield the image that a full reference names; it needs no source."""
        if not isinstance(reference, Name):
            return
        host, _, name = reference.name.partition("/")
        wanted = str(reference.digest) if reference.digest else reference.tag or "latest"
        pin = _Remote(f"https://{host}", context).head(name, wanted)
        if pin is not None:
            yield _package("", reference.name, reference.tag or "latest", pin)

    @hookimpl
    def contents(self, package: Package, reader: Reader, context: Context) -> Contents | None:
        """List what is known without spending a pull."""
        assert isinstance(package.pin, Descriptor)
        try:
            selection = select_image(package.pin, reader.read, context.platforms)
        except BlobNotFound:
            return Contents(descriptors=(package.pin,), pulls=1, exact=False)
        return Contents(descriptors=selection.descriptors)

    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Pour the image, from the mirrors first, and what refers to it."""
        assert isinstance(package.pin, Descriptor)
        remote, name = _remote_of(package, context)
        fetch = remote.fetcher(name)
        content = pour_image(package.pin, fetch, reader, writer, context.platforms)
        referrers = remote.referrers(name, package.pin.digest)
        for referrer in referrers:
            pour_image(referrer, fetch, reader, writer, context.platforms)
        return Content(root=content.root, platforms=content.platforms, referrers=referrers)

    @hookimpl
    def save(
        self, images: Sequence[Held], destination: str, reader: Reader, context: Context
    ) -> Saved | None:
        """Push what is not there yet."""
        there = self.pushed.setdefault(destination.removeprefix("registry://"), {})
        written = reused = 0
        roots = []
        for held in images:
            assert isinstance(held.content.root, Descriptor)
            roots.append(held.content.root.digest)
            for root in (held.content.root, *held.content.referrers):
                for blob in select_image(
                    root, reader.read, context.platforms, available=reader.has
                ).descriptors:
                    if blob.digest in there:
                        reused += blob.size
                        continue
                    buffer = bytearray()
                    copy(reader, blob, buffer.extend)
                    there[blob.digest] = bytes(buffer)
                    written += blob.size
        names = tuple(name for held in images for name in held.names)
        return Saved(
            location=destination, names=names, roots=tuple(roots), written=written, reused=reused
        )


class _Remote:
    """One registry as one call sees it."""

    def __init__(self, base: str, context: Context) -> None:
        self._base = base
        self._context = context
        self._auth = TokenAuth(Origin.of(base), self._token)
        self._lock = threading.Lock()

    def catalog(self) -> list[str]:
        return list(json.loads(self._get("GET", "_catalog").body)["repositories"])

    def tags(self, name: str) -> list[str]:
        answer = self._get("GET", f"{name}/tags/list")
        return [] if answer.status == 404 else list(json.loads(answer.body)["tags"])

    def head(self, name: str, reference: str) -> Descriptor | None:
        answer = self._get("HEAD", f"{name}/manifests/{reference}")
        if answer.status == 404:
            return None
        return Descriptor(
            media_type=answer.headers["content-type"],
            digest=Digest.parse(answer.headers["docker-content-digest"]),
            size=int(answer.headers["content-length"]),
        )

    def referrers(self, name: str, digest: Digest) -> tuple[Descriptor, ...]:
        return Index.parse(self._get("GET", f"{name}/referrers/{digest}").body).manifests

    def fetcher(self, name: str) -> Callable[[Descriptor, Writer], None]:
        mirrors = str(self._context.options.get("mirror", "")).split()

        def fetch(descriptor: Descriptor, writer: Writer) -> None:
            partial = writer.expect(descriptor)
            if partial is None:
                return
            document = is_manifest(descriptor.media_type) or is_index(descriptor.media_type)
            path = f"/v2/{name}/{'manifests' if document else 'blobs'}/{descriptor.digest}"
            locations = [
                *(Location(url=mirror + path) for mirror in mirrors),
                Location(url=self._base + path, auth=self._auth),
            ]
            with partial:
                self._context.transport.download(descriptor, locations, partial)
                partial.commit()

        return fetch

    def _get(self, method: str, path: str) -> Response:
        url = f"{self._base}/v2/{path}"
        return self._context.transport.request(method, url, auth=self._auth)

    def _token(self, challenge: str) -> str:
        realm = challenge.partition('realm="')[2].partition('"')[0]
        answer = self._context.transport.request("GET", realm)
        return str(json.loads(answer.body)["token"])


def _remote_of(package: Package, context: Context) -> tuple[_Remote, str]:
    if context.source is not None:
        return _Remote(context.source.location, context), package.name
    host, _, name = package.name.partition("/")
    return _Remote(f"https://{host}", context), name


def _package(source: str, name: str, tag: str, pin: Descriptor) -> Package:
    identity = PackageId(provider="registry-double", source=source, name=name, version=tag)
    return Package(id=identity, pin=pin)


def _tags_meant(tags: Iterable[str], query: Query) -> list[str]:
    known = [Version.parse(tag) for tag in tags]
    fitting = [one for one in known if query.wants_version(one)]
    if query.all_versions or query.tag or query.digest is not None:
        return [one.text for one in fitting]
    best = newest(fitting, prereleases=query.prereleases)
    chosen = [one.text for one in fitting if one.text == "latest" or one == best]
    return chosen or [one.text for one in fitting if one.is_label]


provider = RegistryDouble
