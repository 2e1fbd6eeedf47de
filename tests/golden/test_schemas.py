"""The published schemas are what the contract generates; `make schemas` writes them anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prepos.core.kpis import kpis_schema
from prepos.core.tables import ALL_TABLES

SCHEMAS = Path(__file__).parents[2] / "data" / "schemas"


def test_every_table_has_a_schema_and_no_other_is_there() -> None:
    """A table added or taken away shows in the folder."""
    names = (*ALL_TABLES, "kpis")
    assert {path.name for path in SCHEMAS.iterdir()} == {f"{name}.json" for name in names}


def test_the_schema_of_kpis_is_what_the_contract_says() -> None:
    """The file holds it, to the letter."""
    written = (SCHEMAS / "kpis.json").read_text("utf-8")
    assert written == json.dumps(kpis_schema(), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", ALL_TABLES)
def test_schema_is_what_the_contract_says(name: str) -> None:
    """The file holds the contract, to the letter."""
    written = (SCHEMAS / f"{name}.json").read_text("utf-8")
    assert written == json.dumps(ALL_TABLES[name].schema(), indent=2, ensure_ascii=False) + "\n"
