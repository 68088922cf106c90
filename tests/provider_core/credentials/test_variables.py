"""Logins from the environment."""

from __future__ import annotations

import pytest

from provider_core.credentials import Credential, login_variables
from provider_core.credentials.variables import login_from_variables, variable_stem
from provider_core.errors import Ambiguous, UsageError


def test_only_logins_are_taken_from_the_environment() -> None:
    environ = {
        "FERRY_WORK_USERNAME": "me",
        "FERRY_WORK_PASSWORD": "secret",
        "FERRY_EMPTY_TOKEN": "",
        "FERRY_JOBS": "2",
        "WORK_PASSWORD": "other",
        "FERRY_PASSWORD": "nobody's",
    }
    assert login_variables(environ) == {
        "FERRY_WORK_USERNAME": "me",
        "FERRY_WORK_PASSWORD": "secret",
    }


@pytest.mark.parametrize(
    ("source", "stem"),
    [("work", "FERRY_WORK_"), ("my-lab.2", "FERRY_MY_LAB_2_"), ("Hub", "FERRY_HUB_")],
)
def test_a_source_has_its_variables(source: str, stem: str) -> None:
    assert variable_stem(source) == stem


def test_a_password_with_its_user_or_a_token_alone() -> None:
    both = {"FERRY_A_USERNAME": "me", "FERRY_A_PASSWORD": "pw", "FERRY_B_TOKEN": "t"}
    assert login_from_variables("a", both, ["a", "b"]) == Credential(username="me", secret="pw")
    assert login_from_variables("b", both, ["a", "b"]) == Credential(username="", secret="t")
    assert login_from_variables("c", both, ["a", "b", "c"]) is None


@pytest.mark.parametrize("parts", [("USERNAME",), ("PASSWORD",), ("USERNAME", "PASSWORD", "TOKEN")])
def test_half_a_login_or_two_is_refused_without_its_secret(parts: tuple[str, ...]) -> None:
    variables = {f"FERRY_WORK_{part}": "s3cr3t" for part in parts}
    with pytest.raises(UsageError) as caught:
        login_from_variables("work", variables, ["work"])
    assert "s3cr3t" not in str(caught.value.as_json())


def test_two_sources_of_one_variable_are_ambiguous() -> None:
    with pytest.raises(Ambiguous):
        login_from_variables("a-b", {"FERRY_A_B_TOKEN": "t"}, ["a-b", "a_b"])
    assert login_from_variables("a-b", {"FERRY_A_B_TOKEN": "t"}, ["a-b", "A-B"]) is not None
