from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from provider_core.errors import DocumentError

Refused = Callable[[str, str], AbstractContextManager[None]]


@contextmanager
def _refused(path: str, reason: str) -> Iterator[None]:
    with pytest.raises(DocumentError) as caught:
        yield
    assert caught.value.fields["path"] == path
    assert reason in str(caught.value.fields["reason"])


@pytest.fixture
def refused() -> Refused:
    """Expect a DocumentError with exactly this path and this within its reason."""
    return _refused
