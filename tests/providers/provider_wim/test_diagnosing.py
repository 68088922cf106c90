from __future__ import annotations

import pytest

from provider_wim.codecs import choosing
from provider_wim.diagnosing import findings

from .codecs.libwim import libwim


@pytest.mark.peer
def test_libwim_is_named_with_its_version() -> None:
    (finding,) = findings()
    assert (finding.status, finding.detail) == ("ok", libwim().name)


def test_without_libwim_it_says_what_is_missing_and_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(choosing, "find_libwim", lambda: None)
    (finding,) = findings()
    assert finding.status == "note"
    assert "LZMS" in finding.detail
    assert "install" in finding.hint
