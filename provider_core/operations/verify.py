"""verify: whether a medium is whole, without importing anything from it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..disk.page_cache import forget_cached
from ..errors import IntegrityError, NoSuchFile, NotFoundError, NotSupported
from ..home import Home
from ..model import Feature, FileStamp, Package, Verdict
from ..platforms import PlatformSet
from ..references import FilePath
from ..store.lively_writer import LivelyWriter
from .calls import Call, open_call
from .hashing_store import HashingStore
from .recognising import providers_for_file, providers_for_folder
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["verify"]


def verify(resources: Resources, places: Sequence[str], wishes: Wishes) -> tuple[Verdict, ...]:
    """Read and hash what is at *places*: bundles, archives, image files, homes; import nothing.

    Raises NoSuchFile, before anything is read, NotSupported for what nobody can open, Ambiguous;
    what is wrong with a place is in its verdict.
    """
    paths = [Path(os.path.expanduser(place)).absolute() for place in places]
    for path in paths:
        if not os.path.exists(path):
            raise NoSuchFile(path)
    return tuple(verdict for path in paths for verdict in _verified(resources, path, wishes))


def _verified(resources: Resources, path: Path, wishes: Wishes) -> Iterator[Verdict]:
    forget_cached(path)
    if Home(path).catalog.exists():
        yield _home(path)
        return
    provider = _provider(resources, path)
    call = open_call(
        resources, provider, platforms=PlatformSet.all(), options=wishes.options, told=wishes.told
    )
    reference = FilePath(path=str(path))
    if Feature.VERIFY in resources.plugins.get(provider).info.features:
        yield from resources.dispatcher.verify(provider, reference, call.context, call.signs)
    else:
        yield _by_installing(resources, provider, path, call)


def _provider(resources: Resources, path: Path) -> str:
    find = providers_for_folder if path.is_dir() else providers_for_file
    names = find(resources, path)
    if not names:
        raise NotSupported(
            f"no provider can open {path}",
            hint="`ferry provider list` shows which there are and what they open",
            path=str(path),
        )
    return names[0]


def _home(path: Path) -> Verdict:
    from .host import Host

    with Host(path) as host:
        damages = host.check_store()
        images = host.list() if not any(one.kind == "catalog" for one in damages) else ()
        size = sum(size for _, size in host.store.blobs())
    return Verdict(
        place=str(path),
        kind="home",
        problems=tuple(damage.detail for damage in damages),
        contents=tuple(f"{image.name} {image.version}".rstrip() for image in images),
        size=size,
    )


def _by_installing(resources: Resources, provider: str, path: Path, call: Call) -> Verdict:
    """Let *provider* install everything into a store that keeps nothing."""
    store = HashingStore(resources.store)
    problems: list[str] = []
    packages: tuple[Package, ...] = ()
    try:
        packages = resources.dispatcher.resolve(
            provider, FilePath(path=str(path)), call.context, call.signs
        )
    except (IntegrityError, NotFoundError) as error:
        problems.append(error.message)
    for package in packages:
        try:
            _pour(resources, package, store, call)
        except (IntegrityError, NotFoundError) as error:
            problems.append(f"{package}: {error.message}")
    if not packages and not problems:
        problems.append("there is no image in it")
    return Verdict(
        place=str(path),
        kind=f"{provider} {'folder' if path.is_dir() else 'file'}",
        problems=tuple(dict.fromkeys(problems)),
        contents=tuple(str(package) for package in packages),
        size=store.size,
    )


def _pour(resources: Resources, package: Package, store: HashingStore, call: Call) -> None:
    provider = package.id.provider
    writer = LivelyWriter(store, call.beat)
    content = resources.dispatcher.install(
        provider, package, store, writer, call.context, call.signs
    )
    if not isinstance(content.root, FileStamp):
        return
    kind = content.root.media_type
    for loaded in resources.plugins.providers():
        if kind in loaded.info.accepts:
            resources.dispatcher.convert(
                loaded.info.name, content, store, writer, call.context, call.signs
            )
