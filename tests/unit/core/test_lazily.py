"""Names that are imported when they are first used."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from prepos.core.lazily import lazy_names

LAZY = ("prepos.ingest", "prepos.pipeline", "prepos.plan", "prepos.publish", "prepos.replay")
HEAVY = ("duckdb", "geopandas", "numba", "pulp", "scipy", "statsmodels")


@pytest.mark.parametrize("package", LAZY)
def test_every_public_name_is_found(package: str) -> None:
    """Where its checked import says that it lies; what it does not have is an AttributeError."""
    module = import_module(package)
    tree = ast.parse(Path(module.__file__ or "").read_text("utf-8"))
    (checked,) = (node for node in tree.body if isinstance(node, ast.If))
    homes = {
        name.asname or name.name: found.module
        for found in checked.body
        if isinstance(found, ast.ImportFrom)
        for name in found.names
    }
    assert homes == module._HOMES
    assert sorted(homes) == sorted(module.__all__)
    assert [name for name in module.__all__ if getattr(module, name, None) is None] == []
    with pytest.raises(AttributeError, match=f"'{package}' has no attribute 'nothing'"):
        module.nothing  # noqa: B018


def test_a_name_is_looked_up_once_it_is_asked_for() -> None:
    """A home that is not there is found out then, not before."""
    find = lazy_names("there", {"loads": "json", "gone": "no_such_module"})
    assert find("loads")('"x"') == "x"  # type: ignore[operator]
    with pytest.raises(ModuleNotFoundError):
        find("gone")


def test_a_job_that_looks_for_changes_loads_no_station() -> None:
    """So that a night without any costs next to nothing."""
    program = "import sys, prepos.config, prepos.pipeline.replanning; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "prepos" in loaded
    assert loaded & set(HEAVY) == set()
