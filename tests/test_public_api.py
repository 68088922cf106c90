"""What is public is named in `__all__`, importable, documented; imports are lazy."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys

import pytest

import provider_core

MODULES = sorted(
    info.name
    for info in pkgutil.walk_packages(provider_core.__path__, "provider_core.")
    if not info.name.rpartition(".")[2].startswith("_")
)


def test_the_face_is_whole() -> None:
    assert len(set(provider_core.__all__)) == len(provider_core.__all__)
    for name in provider_core.__all__:
        assert getattr(provider_core, name) is not None
    assert set(provider_core.__all__) <= set(dir(provider_core))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_thing"):
        provider_core.no_such_thing  # noqa: B018


@pytest.mark.parametrize("name", MODULES)
def test_every_module_names_what_is_public(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} has no docstring"
    public = module.__all__
    assert len(set(public)) == len(public)
    for one in public:
        value = getattr(module, one)
        if getattr(value, "__module__", "") == name and callable(value):
            assert value.__doc__, f"{name}.{one} has no docstring"


@pytest.mark.parametrize("heavy", ["urllib3", "pluggy", "tqdm", "click", "sqlite3", "packaging"])
def test_importing_the_face_imports_nothing_heavy(heavy: str) -> None:
    code = f"import sys, provider_core; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
