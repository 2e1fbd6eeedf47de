"""Options of exports refuse what cannot be, by their key in the configuration."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from prepos.errors import ConfigError
from prepos.publish.exporters import EXPORTERS
from prepos.publish.exporters.options import (
    ErpnextOptions,
    ExportOptions,
    FreppleOptions,
    OdooOptions,
    OpenboxesOptions,
    TrytonOptions,
)
from tests.unit.publish.exporters.lines import batch_of, make_config, options_of


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ExportOptions(key="line"), "publish.key is 'line', expected plan or transfer"),
        (
            lambda: ExportOptions(locations={"DC1": " "}),
            "publish.locations.DC1 is ' ', expected a name",
        ),
        (
            lambda: OdooOptions(warehouses={"DC1": ""}),
            "publish.odoo.warehouses.DC1 is '', expected a name",
        ),
        (lambda: OdooOptions(version=15), "publish.odoo.version is 15, expected one of 16, 17"),
        (
            lambda: OdooOptions(location="Stock"),  # all nodes would be one place
            "publish.odoo.location is 'Stock', expected text with {node} or {warehouse}",
        ),
        (
            lambda: OdooOptions(picking_type="{wh}: Internal"),
            "publish.odoo.picking_type is '{wh}: Internal', expected text with {node} or {ware",
        ),
        (
            lambda: TrytonOptions(location="{node"),
            "publish.tryton.location is '{node', expected text with {node}",
        ),
        (lambda: TrytonOptions(unit=" "), "publish.tryton.unit is ' ', expected a name"),
        (lambda: ErpnextOptions(document="order"), "is 'order', expected stock_entry or material"),
        (lambda: ErpnextOptions(warehouse="{}"), "publish.erpnext.warehouse is '{}', expected te"),
        (
            lambda: FreppleOptions(delimiter="\t"),
            "publish.frepple.delimiter is '\\t', expected \",\"",
        ),
        (lambda: OpenboxesOptions(location=""), "publish.openboxes.location is '', expected text"),
    ],
)
def test_option_that_cannot_be_is_named(make: Callable[[], object], said: str) -> None:
    """Key, value found and value expected are told."""
    with pytest.raises(ConfigError) as refused:
        make()
    assert said in str(refused.value)


def test_configuration_tells_the_place_and_the_nearest_key(tmp_path: Path) -> None:
    """Like any other key of the configuration."""
    with pytest.raises(ConfigError) as refused:
        make_config(tmp_path, "publish.odoo.version=15", "publish.odo.location={node}")
    told = str(refused.value)
    assert "--set publish.odoo.version: publish.odoo.version is 15, expected one of 16" in told
    assert "publish.odo.location is no known key, nearest is publish.odoo.location" in told


def test_a_name_in_the_table_wins_over_the_pattern() -> None:
    """Of the nodes that it names; the others are as the pattern says."""
    sets = ("publish.locations.FW1=Hall 7", "publish.tryton.location=Lager {node}")
    files = EXPORTERS["tryton"].make(batch_of(), options_of(*sets))
    columns = files["stock.shipment.internal.csv"][0].columns
    assert columns["moves/to_location"].tolist() == ["Hall 7", "Hall 7", *["Lager FW2"] * 3]
    assert set(columns["moves/from_location"]) == {"Lager DC1"}
