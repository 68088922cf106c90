"""Pushing to a registry: only what is absent, whatever breaks on the way, names last."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.errors import (
    Exists,
    HttpStatus,
    NotSupported,
    SizeMismatch,
    StoreError,
    TransportError,
    UsageError,
)
from provider_core.model import Content, Held, Package, PackageId
from provider_core.oci import Descriptor, Manifest
from provider_core.oci.annotations import REF_NAME
from provider_core.platforms import Platform
from provider_core.testing import (
    Answer,
    MemoryStore,
    RecordingProgress,
    Request,
    SmallImage,
    TemporaryState,
    make_context,
    small_artifact,
    small_image,
    small_index,
)
from provider_core.transport import HttpTransport, TransportSettings
from provider_registry import sending
from provider_registry.client import PUSH, Repository
from provider_registry.endpoints import endpoint_at
from provider_registry.file_piece import FilePiece
from provider_registry.memory import Memory
from provider_registry.push import push_images
from provider_registry.registry import Registry
from provider_registry.unfinished import Unfinished
from provider_registry.uploads import Uploader

from .push_server import PushServer

BASE = small_image({"base": b"base" * 100})
APP = small_image({"app": b"app"}, base=BASE)
ARM = small_image({"app": b"arm"}, platform=Platform(os="linux", architecture="arm64"))
BOTH = small_index(APP, ARM)
BIG = bytes(range(256)) * 4096  # 1 MiB
BLOB = Descriptor.of(BIG, "application/octet-stream")


@pytest.fixture
def server() -> Iterator[PushServer]:
    """Return an empty registry."""
    with PushServer() as server:
        yield server


@pytest.fixture
def transport() -> Iterator[HttpTransport]:
    """Return the network, impatient."""
    with HttpTransport(TransportSettings(retries=0)) as transport:
        yield transport


@pytest.fixture
def store() -> MemoryStore:
    """Return a store with all images."""
    store = MemoryStore()
    writer = store.writer(store.lease().__enter__())
    for image in (BASE, APP, ARM, BOTH):
        image.pour(writer)
    _put(store, BIG, BLOB)
    return store


@pytest.fixture
def context(transport: HttpTransport) -> Context:
    """Return what a push gets."""
    return make_context(transport=transport, state=TemporaryState())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Go on at once after a failure."""
    monkeypatch.setattr(sending, "_PAUSE", 0.001)


def _put(store: MemoryStore, data: bytes, blob: Descriptor) -> None:
    partial = store.writer(store.lease().__enter__()).expect(blob)
    assert partial is not None
    with partial:
        partial.write(0, data)
        partial.commit()


def _held(image: SmallImage, *names: str, referrers: tuple[Descriptor, ...] = ()) -> Held:
    name, _, version = names[0].rpartition(":")
    identity = PackageId(provider="x", source="", name=name, version=version)
    content = Content(root=image.root, platforms=image.platforms, referrers=referrers)
    package = Package(id=identity, pin=image.root)
    return Held(package=package, content=content, names=names, platforms=image.platforms)


def _push(server: PushServer, store: MemoryStore, context: Context, *images: Held) -> Any:
    return push_images(images, f"registry://{server.host}/mirror", store, context, Memory())


def test_an_image_is_there_under_its_names(
    server: PushServer, store: MemoryStore, context: Context
) -> None:
    saved = _push(server, store, context, _held(BOTH, "team/App:1.0", "team/App:latest"))
    assert saved.names == ("team/app:1.0", "team/app:latest")
    assert saved.location == f"registry://{server.host}/mirror"
    assert saved.roots == (BOTH.root.digest,)
    assert (saved.written, saved.reused) == (BOTH.size, 0)
    there = server.manifests["mirror/team/app"]
    assert there["1.0"] == there["latest"] == (BOTH.root.media_type, BOTH.blobs[BOTH.root.digest])
    assert {**server.blobs["mirror/team/app"]}.items() <= BOTH.blobs.items()


def test_a_name_that_nobody_may_read_yet_can_be_pushed(
    server: PushServer, store: MemoryStore, context: Context
) -> None:
    def guard(request: Request) -> Answer | None:
        if "/token?" in request.url:
            return Answer(body=b'{"token": "%d"}' % ("push" in request.url))
        if request.headers.get("authorization") == "Bearer 1":
            return None
        challenge = f'Bearer realm="{server.url}/token",error="insufficient_scope"'
        return Answer(status=401, headers={"www-authenticate": challenge})

    server.faults.append(guard)
    _push(server, store, context, _held(APP, "app:1"))
    assert "1" in server.manifests["mirror/app"]


def test_a_second_push_sends_nothing(
    server: PushServer, store: MemoryStore, context: Context
) -> None:
    _push(server, store, context, _held(BOTH, "app:1"))
    server.asked.clear()
    saved = _push(server, store, context, _held(BOTH, "app:1"))
    assert (saved.written, saved.reused) == (0, BOTH.size)
    assert {one.method for one in server.asked} <= {"HEAD", "GET"}
    assert server.counted("HEAD", "/blobs/") == 0


def test_what_another_repository_has_is_mounted(
    server: PushServer, store: MemoryStore, context: Context
) -> None:
    saved = _push(server, store, context, _held(BASE, "base:1"), _held(APP, "app:1"))
    (layer,) = BASE.layers
    assert layer.digest in server.blobs["mirror/app"]
    assert server.counted("POST", f"mount={str(layer.digest).replace(':', '%3A')}") == 1
    assert saved.reused == layer.size
    assert server.counted("PUT", "blobs/uploads") == 4


def test_a_registry_that_does_not_mount_is_sent_the_blob(
    server: PushServer, store: MemoryStore, context: Context
) -> None:
    server.mounts = False
    saved = _push(server, store, context, _held(BASE, "base:1"), _held(APP, "app:1"))
    assert saved.reused == 0
    assert server.blobs["mirror/app"].keys() >= {layer.digest for layer in APP.layers}


def test_a_version_that_has_other_content_stays(
    server: PushServer, store: MemoryStore, context: Context
) -> None:
    _push(server, store, context, _held(BASE, "app:1.0", "app:latest"))
    server.asked.clear()
    with pytest.raises(Exists):
        _push(server, store, context, _held(APP, "app:1.0"))
    assert {one.method for one in server.asked} <= {"HEAD", "GET"}
    _push(server, store, context, _held(APP, "app:latest"))
    forced = replace(context, options={"force": True})
    _push(server, store, forced, _held(APP, "app:1.0"))
    assert server.manifests["mirror/app"]["1.0"][1] == APP.blobs[APP.root.digest]


def test_names_move_when_all_the_content_is_there(
    server: PushServer, store: MemoryStore, context: Context
) -> None:
    server.break_next("POST", times=99, status=403)
    with pytest.raises(HttpStatus):
        _push(server, store, context, _held(APP, "app:1"))
    assert not server.manifests["mirror/app"]
    server.faults.clear()
    server.asked.clear()
    _push(server, store, context, _held(APP, "app:1"), _held(ARM, "arm:1"))
    puts = [one.url.rpartition("/")[2] for one in server.asked if one.method == "PUT"]
    assert puts[-2:] == ["1", "1"]


def test_the_registrys_words_are_the_hint(
    server: PushServer, store: MemoryStore, context: Context
) -> None:
    def refuse(request: Request) -> Answer | None:
        if request.method != "PUT" or "manifests" not in request.url:
            return None
        words = {"errors": [{"code": "DENIED", "message": "quota\n of team is spent" + "!" * 999}]}
        return Answer(status=403, body=json.dumps(words).encode())

    server.faults.append(refuse)
    with pytest.raises(HttpStatus) as caught:
        _push(server, store, context, _held(APP, "app:1"))
    assert caught.value.hint.startswith("the registry says: DENIED: quota of team is spent!")
    assert len(caught.value.hint) < 250


def _sparse(store: MemoryStore) -> Held:
    lean = MemoryStore()
    writer = lean.writer(lean.lease().__enter__())
    for blob in (*APP.contents, BOTH.root):
        partial = writer.expect(blob)
        assert partial is not None
        with partial:
            partial.write(0, BOTH.blobs[blob.digest])
            partial.commit()
    store.__dict__.update(lean.__dict__)
    content = Content(root=BOTH.root, platforms=APP.platforms)
    return replace(_held(BOTH, "app:1"), content=content, platforms=APP.platforms)


def test_an_index_with_some_of_its_platforms_keeps_its_bytes(
    server: PushServer, store: MemoryStore, context: Context
) -> None:
    _push(server, store, context, _sparse(store))
    assert server.manifests["mirror/app"]["1"][1] == BOTH.blobs[BOTH.root.digest]
    assert str(ARM.root.digest) not in server.manifests["mirror/app"]


def test_a_registry_that_takes_no_such_index_is_explained(
    store: MemoryStore, context: Context
) -> None:
    with PushServer(takes_sparse=False) as server:
        with pytest.raises(NotSupported) as caught:
            _push(server, store, context, _sparse(store))
        assert "--all-platforms" in caught.value.hint
        assert "1" not in server.manifests["mirror/app"]


def test_a_platform_that_came_later_is_added(
    server: PushServer, store: MemoryStore, context: Context
) -> None:
    whole = dict(store.__dict__)
    _push(server, store, context, _sparse(store))
    store.__dict__.update(whole)
    _push(server, store, context, _held(BOTH, "app:1"))
    assert server.blobs["mirror/app"].keys() >= {layer.digest for layer in ARM.layers}


def _signature(subject: Descriptor, tag: str = "") -> tuple[SmallImage, Descriptor]:
    artifact = small_artifact({"sig": b"signed"}, "application/vnd.example.sig", subject=subject)
    notes = {REF_NAME: tag} if tag else {}
    return artifact, replace(artifact.root, annotations=notes)


@pytest.mark.parametrize("lists", [True, False])
def test_referrers_come_along_and_are_found(
    store: MemoryStore, context: Context, lists: bool
) -> None:
    artifact, referrer = _signature(APP.root)
    artifact.pour(store.writer(store.lease().__enter__()))
    held = _held(APP, "app:1", referrers=(referrer,))
    with PushServer(lists_referrers=lists) as server:
        _push(server, store, context, held)
        _push(server, store, context, held)
        there = server.manifests["mirror/app"]
        assert str(referrer.digest) in there
        listed = f"sha256-{APP.root.digest.hex}"
        assert (listed in there) is not lists
        if not lists:
            (entry,) = json.loads(there[listed][1])["manifests"]
            assert entry["digest"] == str(referrer.digest)
            assert entry["artifactType"] == "application/vnd.example.sig"


def test_referrers_stay_behind_if_they_are_to(
    server: PushServer, store: MemoryStore, transport: HttpTransport
) -> None:
    artifact, referrer = _signature(APP.root)
    artifact.pour(store.writer(store.lease().__enter__()))
    context = make_context(
        transport=transport, state=TemporaryState(), options={"referrers": False}
    )
    _push(server, store, context, _held(APP, "app:1", referrers=(referrer,)))
    assert str(referrer.digest) not in server.manifests["mirror/app"]


def test_cosigns_signatures_hang_on_their_tag(
    server: PushServer, store: MemoryStore, context: Context
) -> None:
    tag = f"sha256-{APP.root.digest.hex}.sig"
    artifact, referrer = _signature(APP.root, tag)
    artifact.pour(store.writer(store.lease().__enter__()))
    _push(server, store, context, _held(APP, "app:1", referrers=(referrer,)))
    data = server.manifests["mirror/app"][tag][1]
    assert Manifest.parse(data).digest == referrer.digest


def test_progress_is_told_for_each_layer_and_in_total(
    server: PushServer, store: MemoryStore, transport: HttpTransport
) -> None:
    progress = RecordingProgress()
    context = make_context(transport=transport, state=TemporaryState(), progress=progress)
    _push(server, store, context, _held(BOTH, "app:1"))
    assert progress.totals["push"] == progress.advanced["push"] == BOTH.size
    for layer in BOTH.layers:
        assert progress.advanced[f"push app@{layer.digest}"] == layer.size


def test_a_destination_that_is_none(store: MemoryStore, context: Context) -> None:
    with pytest.raises(UsageError):
        push_images([_held(APP, "app:1")], "registry://h/a?b", store, context, Memory())


# one blob -------------------------------------------------------------------------------------


def _uploader(server: PushServer, store: MemoryStore, context: Context, **more: Any) -> Uploader:
    registry = Registry(
        endpoint=endpoint_at(f"registry://{server.host}"), context=context, memory=Memory()
    )
    return Uploader(
        repository=Repository(registry=registry, name="app", actions=PUSH),
        reader=store,
        context=context,
        unfinished=Unfinished(context),
        **{"chunk": 256 << 10, **more},
    )


def test_a_large_blob_goes_in_chunks(
    server: PushServer, store: MemoryStore, context: Context
) -> None:
    assert _uploader(server, store, context).upload(BLOB)
    assert server.blobs["app"][BLOB.digest] == BIG
    assert (server.counted("PATCH"), server.counted("PUT")) == (3, 1)
    assert not _uploader(server, store, context).upload(BLOB)


def test_chunks_are_as_large_as_the_registry_wants(
    server: PushServer, store: MemoryStore, context: Context
) -> None:
    server.least = 512 << 10
    _uploader(server, store, context).upload(BLOB)
    assert server.counted("PATCH") == 1


def test_chunks_are_not_gathered_in_memory(
    server: PushServer, store: MemoryStore, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps, real = list[int](), FilePiece.__iter__

    def watched(piece: FilePiece) -> Iterator[bytes]:
        for data in real(piece):
            steps.append(len(data))
            yield data

    monkeypatch.setattr(FilePiece, "__iter__", watched)
    big = bytes(3 << 20) + BIG
    blob = Descriptor.of(big, BLOB.media_type)
    _put(store, big, blob)
    _uploader(server, store, context, chunk=64 << 20).upload(blob)
    assert server.blobs["app"][blob.digest] == big
    assert (sum(steps), max(steps)) == (len(big), 1 << 20)


def test_a_new_upload_has_nothing_whatever_its_range_says(
    server: PushServer, store: MemoryStore, context: Context
) -> None:
    def boast(request: Request) -> Answer | None:
        if request.method != "POST":
            return None
        answer = server._work(request)
        return replace(answer, headers={**answer.headers, "range": "0-99999999"})

    server.faults.append(boast)
    assert _uploader(server, store, context).upload(BLOB)
    assert server.blobs["app"][BLOB.digest] == BIG


def test_an_upload_that_makes_no_sense_is_not_gone_on_with(
    server: PushServer, store: MemoryStore, context: Context
) -> None:
    def swallow(request: Request) -> Answer | None:
        if "uploads" not in request.url or request.method not in ("GET", "PATCH"):
            return None
        return Answer(status=202)

    uploader = _uploader(server, store, context)
    uploader.remember(BLOB.digest, f"{server.url}/v2/app/blobs/uploads/odd")
    server.faults.append(swallow)
    with pytest.raises(TransportError, match="another number of bytes"):
        uploader.upload(BLOB)
    server.faults.clear()
    assert uploader.upload(BLOB)
    assert server.blobs["app"][BLOB.digest] == BIG


@pytest.mark.parametrize(
    ("error", "kind"), [(None, SizeMismatch), (OSError(5, "I/O error"), StoreError)]
)
def test_a_file_that_cannot_be_read_is_no_fault_of_the_network(
    server: PushServer,
    store: MemoryStore,
    context: Context,
    error: OSError | None,
    kind: type[Exception],
) -> None:
    class Short(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if error is not None:
                raise error
            return super().read(size)

    store.open = lambda root: Short(BIG[:1000])  # type: ignore[method-assign]
    with pytest.raises(kind):
        _uploader(server, store, context).upload(BLOB)
    assert not server.blobs["app"]


@pytest.mark.parametrize(
    ("method", "status", "late"),
    [
        ("PATCH", 503, False),
        ("PATCH", 500, True),
        ("PATCH", 416, False),
        ("PUT", 502, False),
        ("PUT", 502, True),
        ("PATCH", 408, False),
    ],
)
def test_a_broken_upload_goes_on_where_the_server_has_it(
    server: PushServer, store: MemoryStore, context: Context, method: str, status: int, late: bool
) -> None:
    server.break_next(method, times=3, status=status, late=late)
    assert _uploader(server, store, context).upload(BLOB)
    assert server.blobs["app"][BLOB.digest] == BIG
    assert server.counted("POST") == 1


def test_an_upload_that_was_lost_begins_anew(
    server: PushServer, store: MemoryStore, context: Context
) -> None:
    seen: list[Request] = []

    def forget(request: Request) -> Answer | None:
        if request.method == "PATCH" and len(seen) < 2:
            seen.append(request)
            if len(seen) == 2:
                server.uploads.clear()
        return None

    server.faults.append(forget)
    assert _uploader(server, store, context).upload(BLOB)
    assert server.counted("POST") == 2
    assert server.blobs["app"][BLOB.digest] == BIG


def test_a_registry_that_loses_every_upload_is_given_up(
    server: PushServer, store: MemoryStore, context: Context
) -> None:
    def forget(request: Request) -> Answer | None:
        if request.method == "PATCH" and not request.headers["content-range"].startswith("0-"):
            server.uploads.clear()
        return None if server.counted("POST") < 20 else Answer(status=418)

    server.faults.append(forget)
    with pytest.raises(HttpStatus) as caught:
        _uploader(server, store, context).upload(BLOB)
    assert caught.value.fields["status"] == 404
    assert server.counted("POST") < 10


def test_an_upload_is_remembered_while_nobody_answers(
    server: PushServer, store: MemoryStore, context: Context
) -> None:
    uploader = _uploader(server, store, context)
    place = uploader.begin(BLOB)
    assert place is not None
    uploader.remember(BLOB.digest, place.url)
    server.break_next("GET")
    server.break_next("POST")
    with pytest.raises(HttpStatus):
        uploader.upload(BLOB)
    assert uploader.upload(BLOB)
    assert server.counted("POST") == 2  # the first, and the one that failed


def test_too_many_failures_end_it(server: PushServer, store: MemoryStore, context: Context) -> None:
    server.break_next("PATCH", times=99)
    with pytest.raises(HttpStatus):
        _uploader(server, store, context).upload(BLOB)
    assert server.counted("PATCH") == 5


@pytest.mark.parametrize("status", [400, 401, 403, 413])
def test_what_will_not_pass_is_not_repeated(
    server: PushServer, store: MemoryStore, context: Context, status: int
) -> None:
    server.break_next("PATCH", times=99, status=status)
    with pytest.raises(TransportError):
        _uploader(server, store, context).upload(BLOB)
    assert server.counted("PATCH") == 1


def test_another_process_goes_on(
    server: PushServer, store: MemoryStore, transport: HttpTransport
) -> None:
    state = TemporaryState()
    context = make_context(transport=transport, state=state)
    patches = []

    def kill(request: Request) -> Answer | None:
        patches.extend([request] if request.method == "PATCH" else [])
        return Answer(status=403) if len(patches) == 4 else None

    server.faults.append(kill)
    with pytest.raises(HttpStatus):
        _uploader(server, store, context, chunk=200 << 10).upload(BLOB)
    server.faults.clear()
    server.asked.clear()
    again = make_context(transport=transport, state=state)
    _uploader(server, store, again, chunk=200 << 10).upload(BLOB)
    assert server.blobs["app"][BLOB.digest] == BIG
    assert server.counted("POST") == 0
    assert sum(len(one.body) for one in server.asked) == len(BIG) - 600 * 1024
    assert not list((state.folder / "uploads").iterdir())


def test_a_forgotten_upload_of_another_process_begins_anew(
    server: PushServer, store: MemoryStore, context: Context
) -> None:
    uploader = _uploader(server, store, context)
    uploader.remember(BLOB.digest, f"{server.url}/v2/app/blobs/uploads/gone")
    assert uploader.upload(BLOB)
    assert server.blobs["app"][BLOB.digest] == BIG


def _elsewhere(answer: Answer, request: Request) -> Answer | None:
    return answer if request.method == "POST" else None


def test_nothing_is_uploaded_where_a_registry_may_not_lead(
    store: MemoryStore, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PushServer() as server:
        for place in ("http://169.254.169.254/x", "ftp://127.0.0.1/x", "http://me@127.0.0.1/x"):
            answer = Answer(status=202, headers={"location": place})
            server.faults[:] = [partial(_elsewhere, answer)]
            with pytest.raises(TransportError, match="refused"):
                _uploader(server, store, context).upload(BLOB)


def test_the_state_is_private_and_its_urls_are_in_no_error(
    server: PushServer, store: MemoryStore, transport: HttpTransport, tmp_path: Path
) -> None:
    state = TemporaryState()
    context = make_context(transport=transport, state=state)
    server.break_next("PUT", times=99)
    with pytest.raises(HttpStatus) as caught:
        _uploader(server, store, context).upload(BLOB)
    assert "secret" not in str(caught.value.as_json())
    (folder,) = state.folder.glob("uploads")
    assert folder.stat().st_mode & 0o077 == 0
    assert sending.CHUNK == 8 << 20


def test_an_empty_blob(server: PushServer, store: MemoryStore, context: Context) -> None:
    empty = Descriptor.of(b"", "application/octet-stream")
    partial = store.writer(store.lease().__enter__()).expect(empty)
    assert partial is not None
    with partial:
        partial.commit()
    assert _uploader(server, store, context).upload(empty)
    assert server.blobs["app"][empty.digest] == b""


def test_ranges_and_chunk_sizes_are_read_carefully() -> None:
    assert [sending.bytes_there(text) for text in ("0-1023", "bytes=0-9", "0-0", "", "5-9")] == [
        1024,
        10,
        0,
        0,
        0,
    ]
    assert sending.least_chunk("1000") == 1000
    assert sending.least_chunk("9" * 12) == 64 << 20
    assert sending.least_chunk("-1") == sending.least_chunk("") == 0
    assert Digest.of(BIG) == BLOB.digest
