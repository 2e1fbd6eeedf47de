"""The contract itself: keys, references and schemas are whole."""

from __future__ import annotations

import pytest

from prepos.core.columns import REFERRED
from prepos.core.tables import ALL_TABLES, TABLES, table_schema
from prepos.errors import ConfigError


@pytest.mark.parametrize("table", ALL_TABLES.values(), ids=lambda table: table.name)
def test_keys_labels_and_references_name_columns_that_exist(table) -> None:  # type: ignore[no-untyped-def]
    """A key or a label never names a column that is not there, nor a reference a missing table."""
    assert len(set(table.names)) == len(table.names)
    assert set(table.key) <= set(table.names)
    assert table.label.format_map(dict.fromkeys(table.names, "x"))
    for column in table.columns:
        if column.refers:
            assert REFERRED[column.refers] in TABLES[column.refers].names


def test_schema_tells_type_rule_key_and_reference() -> None:
    """The Frictionless schema holds what the contract says."""
    schema = table_schema("stock")

    fields = {field["name"]: field for field in schema["fields"]}  # type: ignore[attr-defined]
    assert fields["on_hand"]["type"] == "integer"
    assert fields["on_hand"]["constraints"]["minimum"] == 0
    assert schema["primaryKey"] == ["node_id", "sku"]
    assert {"fields": ["sku"], "reference": {"resource": "products", "fields": ["sku"]}} in schema[
        "foreignKeys"
    ]  # type: ignore[operator]


def test_unknown_table_is_refused() -> None:
    """The error names the tables there are."""
    with pytest.raises(ConfigError, match="table is 'order', expected one of orders, products"):
        table_schema("order")


def test_unknown_column_is_a_key_error() -> None:
    """A column that the contract does not have is a slip of the program."""
    with pytest.raises(KeyError):
        TABLES["orders"].column("colour")
