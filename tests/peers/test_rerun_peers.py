"""Nothing new at a real registry: its own log says what we asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from provider_core import Host, PlatformSet, Settings, Wishes

from ..support.archives import write_layout
from ..support.images import ARM64, SmallImage, make_image, make_index
from .registries import DockerRegistry
from .tools import skopeo_copy

pytestmark = pytest.mark.peer("skopeo", "docker-registry")

MULTI = make_index(make_image("amd", "shared"), make_image("arm", "shared", platform=ARM64))
_LINE = re.compile(rb'"([A-Z]+) (/v2/\S*) HTTP[^"]*" \d+ \d+ "[^"]*" "imageferry')


@pytest.mark.parametrize("image", [make_image("one"), MULTI], ids=["single", "multi"])
def test_one_head_and_nothing_else(tmp_path: Path, image: SmallImage) -> None:
    (tmp_path / "registry").mkdir()
    settings = Settings(plugins=False, disabled_sources=("hub",))
    with DockerRegistry(tmp_path / "registry") as registry:
        source = f"oci:{write_layout(tmp_path / 'layout', ('it', image))}:it"
        target = f"docker://{registry.host}/team/app:1.0"
        skopeo_copy(source, target, "--all", "--dest-tls-verify=false")
        asked: list[list[tuple[bytes, bytes]]] = []
        for wishes in (Wishes(), Wishes(), Wishes(platforms=PlatformSet.all())) * 2:
            with Host(tmp_path / "home", settings=settings) as host:
                host.install(f"{registry.host}/team/app:1.0", wishes=wishes)
            asked.append(_LINE.findall(registry.log.read_bytes()))
    head = [(b"GET", b"/v2/"), (b"HEAD", b"/v2/team/app/manifests/1.0")]
    assert len(asked[0]) > 2
    for run in (1, 3, 4, 5):
        assert asked[run][len(asked[run - 1]) :] == head
