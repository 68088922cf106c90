"""A source that nobody vouches for is refused unless the user takes it as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_core import Host, Trust, Wishes
from provider_core.errors import Untrusted

from .shelf_double import Shelf, image_of

TAKE = Wishes(allow_untrusted=True)


@pytest.fixture
def strange(host: Host, shelf: Shelf) -> Host:
    """Return a host with an untrusted source."""
    source = host.add_source("stranger", "shelf://stranger")
    assert source.trust is Trust.UNTRUSTED
    shelf.put("stranger", "app", "1.0", image_of("app"))
    return host


def test_find_install_and_save_are_refused(strange: Host, tmp_path: Path) -> None:
    for refused in (
        lambda: strange.find("app"),
        lambda: strange.install("app"),
        lambda: strange.save("app", to=str(tmp_path / "x.tar")),
    ):
        with pytest.raises(Untrusted, match="stranger") as caught:
            refused()
        assert caught.value.exit_code == 2
        assert "--allow-untrusted" in caught.value.hint
    assert strange.list() == ()


def test_the_user_may_take_it(strange: Host, tmp_path: Path) -> None:
    assert strange.find("app", wishes=TAKE).packages
    assert strange.install("app", wishes=TAKE).installed
    strange.save("app", to=str(tmp_path / "x.tar"))


def test_a_trusted_source_above_is_not_held_up(strange: Host, shelf: Shelf) -> None:
    shelf.put("lab", "tool", "1.0", image_of("tool"))
    assert strange.install("tool").installed[0].package.id.source == "lab"
    assert strange.find("tool").faults


def test_trust_is_shown(strange: Host) -> None:
    rows = {row.source.name: row.source.trust for row in strange.sources()}
    assert rows["stranger"] is Trust.UNTRUSTED
    assert rows["lab"] is Trust.ACCEPTED
