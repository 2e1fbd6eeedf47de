"""Region ids in other tables."""

from __future__ import annotations

import pandas as pd

from prepos.core.axes import Axis
from prepos.regions.references import check_references

REGIONS = Axis("region_id", ("a", "b"))


def test_unknown_ids_are_told_once_a_column() -> None:
    """Every table with a region is looked at, an empty cell is no id, and files have their name."""
    tables = {
        "service": pd.DataFrame({"region_id": ["a", "x", "x"]}),
        "calendar": pd.DataFrame({"region_id": [None, "b", "y"]}),
        "products": pd.DataFrame({"region_id": ["not a region's column"]}),
    }
    faults = list(check_references(tables, REGIONS, {"service": "service.csv"}))
    assert [(fault.file, fault.column, fault.value) for fault in faults] == [
        ("service.csv", "region_id", "x"),
        ("calendar", "region_id", "y"),
    ]
    assert faults[0].message == "region_id is 'x', expected one of 2 regions"


def test_a_region_is_not_its_own_neighbour() -> None:
    """Unknown neighbours and loops are both refused."""
    table = pd.DataFrame({"region_id": ["a", "b", "b"], "neighbour_id": ["a", "b", "c"]})
    faults = check_references({"neighbours": table}, REGIONS, {})
    assert [fault.message for fault in faults] == [
        "neighbour_id is 'c', expected one of 2 regions",
        "neighbour_id is the region 'a' itself, expected another region",
        "neighbour_id is the region 'b' itself, expected another region",
    ]
