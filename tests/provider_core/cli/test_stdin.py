from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.cli.stdin import Asked, read_requests
from provider_core.errors import UsageError
from provider_core.references import Name, parse_reference

DIGEST = "sha256:" + "ab" * 32


def _row(**fields: object) -> str:
    return json.dumps(fields)


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("nginx", Asked(text="nginx")),
        ("  nginx>=1,<2 \r", Asked(text="nginx>=1,<2")),
        ("./image.tar", Asked(text="./image.tar")),
        (
            _row(schema="ferry.offer/1", name="A", version="1", digest=DIGEST, source="hub"),
            Asked(text=f"A:1@{DIGEST}", source="hub"),
        ),
        (
            _row(schema="ferry.offer/1", name="A", version="1", digest="", source=""),
            Asked(text="A:1"),
        ),
        (
            _row(schema="ferry.image/1", name="A", version="1", digest=DIGEST, source="hub"),
            Asked(text="A:1", digest=DIGEST),
        ),
        (_row(schema="ferry.tag/1", repository="A", tag="latest"), Asked(text="A:latest")),
        (_row(name="A"), Asked(text="A")),
    ],
)
def test_a_line_is_a_request(line: str, asked: Asked) -> None:
    assert list(read_requests(f"\n{line}\n\n")) == [asked]


def test_offers_are_pinned_to_what_was_seen() -> None:
    row = _row(schema="ferry.offer/1", name="A", version="1", digest=DIGEST, source="hub")
    (asked,) = read_requests(row)
    reference = parse_reference(asked.text)
    assert isinstance(reference, Name)
    assert (reference.name, reference.tag, str(reference.digest)) == ("A", "1", DIGEST)


def test_a_listed_image_can_be_asked_for_exactly() -> None:
    assert Asked(text="A:1", digest=DIGEST).exact == f"A:1@{DIGEST}"
    assert Asked(text="A:1").exact == "A:1"


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n"])
def test_an_empty_stdin_is_an_error(text: str) -> None:
    with pytest.raises(UsageError, match="nothing came on standard input"):
        list(read_requests(text))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"name": ', "line 2 of standard input is not JSON"),
        ("{}", "a row without a name"),
        ('{"name": 3}', "a row whose 'name' is no text"),
        ('{"schema": "ferry.error/1", "message": "no"}', "an error \\(no\\)"),
    ],
)
def test_bad_lines_are_named(line: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        list(read_requests(f"good\n{line}\n"))


@given(st.text(max_size=200))
def test_any_text_is_requests_or_a_usage_error(text: str) -> None:
    try:
        asked = list(read_requests(text))
    except UsageError:
        return
    assert asked
