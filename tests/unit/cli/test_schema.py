"""The contract of the tables is printed for people and for programs."""

from __future__ import annotations

import json

import pytest

from prepos.cli import main
from prepos.core.tables import ALL_TABLES


def test_table_is_printed_as_frictionless_schema(capsys: pytest.CaptureFixture[str]) -> None:
    """One table's schema is what the contract generates."""
    assert main(["schema", "orders"]) == 0
    assert json.loads(capsys.readouterr().out) == ALL_TABLES["orders"].schema()


def test_all_tables_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Every table is named, and as JSON each with its schema."""
    assert main(["schema"]) == 0
    shown = capsys.readouterr().out
    assert [name for name in ALL_TABLES if name not in shown] == []
    assert main(["schema", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == list(ALL_TABLES)


def test_table_is_told_for_reading(capsys: pytest.CaptureFixture[str]) -> None:
    """The grid says what is needed, in which unit, and what an empty cell means."""
    assert main(["schema", "nodes", "--text"]) == 0
    shown = capsys.readouterr().out
    assert "storage_m3" in shown
    assert "no limit" in shown


def test_unknown_table_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the pen is understood."""
    assert main(["schema", "ordrs"]) == 2
    assert "table is 'ordrs'" in (told := capsys.readouterr().err)
    assert "nearest is orders" in told
