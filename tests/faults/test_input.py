"""Bad input in one table: what is written, and the code, place and words that must come of it."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from prepos.core.codes import CODES
from prepos.ingest import gate
from tests.faults.small_tables import CLEAN, after, line, read, whole

Change = Mapping[str, str | bytes | None]
ORDERS = CLEAN["orders"]
FORECASTS = "region_id,sku,period_start,mean,q05,q50,q90\nR1,A,2025-03-31,2,,1,4\n"


class Case(NamedTuple):
    """One row of the table."""

    change: Change
    code: str
    file: str
    line: int
    column: str
    words: str
    options: Mapping[str, object] = {}


def order(row: str | bytes) -> Change:
    """Return the orders with their third line replaced."""
    return line("orders", 3, row)


def o(row: str | bytes, code: str, column: str, words: str, **options: object) -> Case:
    """Return a case of one order line."""
    return Case(order(row), code, "orders.csv", 3, column, words, options)


def receipt(hub: str, code: str, column: str, words: str) -> Case:
    """Return a case of a receipt's hub and the day it comes there, on the second line."""
    rows = f"node_id,sku,quantity,arrives_on,hub_node_id,at_hub_on\nSP,A,5,2025-01-24,{hub}\n"
    return Case({"receipts": rows}, code, "receipts.csv", 2, column, words)


CASES = (
    # --- files
    Case({"orders": ""}, "PP-FILE-EMPTY", "orders.csv", 0, "", "file is empty"),
    Case({"orders": b"\xef\xbb\xbf"}, "PP-FILE-EMPTY", "orders.csv", 0, "", "empty"),  # BOM alone
    Case({"orders": "\n" + ORDERS}, "PP-FILE-HEADER", "orders.csv", 1, "", "first line is blank"),
    Case(
        {"nodes": "node_id,kind,latitude,longitude\n"},
        "PP-FILE-NO-ROWS",
        "nodes.csv",
        1,
        "",
        "no rows",
    ),
    Case({"orders": ORDERS.encode("utf-16")}, "PP-FILE-ENCODING", "orders.csv", 0, "", "is UTF-16"),
    Case(
        {"orders": ORDERS.encode("utf-16-le")}, "PP-FILE-ENCODING", "orders.csv", 0, "", "UTF-16"
    ),  # no BOM
    Case(
        line("regions", 3, "R2,48,11,München".encode("latin-1")),
        "PP-FILE-ENCODING",
        "regions.csv",
        3,
        "",
        "byte 63 is 0xFC",
    ),
    Case(order(b"O2,2025-01-13,B\0,2,C2,R2"), "PP-FILE-NUL", "orders.csv", 3, "", "byte 95 is NUL"),
    Case(
        {"orders": gzip.compress(ORDERS.encode())[:-12]},
        "PP-FILE-TRUNCATED",
        "orders.csv",
        0,
        "",
        "ends before its data",
    ),
    Case(
        {"orders": gzip.compress(ORDERS.encode(), mtime=0)[:20] + b"xxxxxxxxxxxxxxxxxxxxxxxx"},
        "PP-FILE-TRUNCATED",
        "orders.csv",
        0,
        "",
        "gzip is damaged",
    ),
    Case(
        {"orders": b"PK\x03\x04rest"}, "PP-FILE-EXCEL", "orders.csv", 0, "", "Excel workbook"
    ),  # xlsx named csv
    Case({"orders": b"PAR1restPAR1"}, "PP-FILE-FORMAT", "orders.csv", 0, "", "is a Parquet file"),
    Case(
        {"orders": "<html><body>503</body></html>"},
        "PP-FILE-FORMAT",
        "orders.csv",
        0,
        "",
        "web page",
    ),
    Case(
        {"orders": ORDERS + "O4,2025-01-21,A,1,C1," + "R" * (3 << 20)},
        "PP-FILE-LINE",
        "orders.csv",
        0,
        "",
        "longer than",
    ),
    # --- dialect
    Case(
        {"orders": ORDERS.replace(",", ";")},
        "PP-DIALECT-DELIMITER",
        "orders.csv",
        1,
        "",
        "separated by semicolons",
    ),
    Case(
        {"orders": ORDERS.replace(",", "\t")},
        "PP-DIALECT-DELIMITER",
        "orders.csv",
        1,
        "",
        'ingest.delimiter = "\\t"',
    ),
    Case(
        {}, "PP-DIALECT-DELIMITER", "orders.csv", 1, "", "separated by commas", {"delimiter": ";"}
    ),
    Case(
        whole("orders", "customer_id", "sku"),
        "PP-DIALECT-HEADER-TWICE",
        "orders.csv",
        1,
        "sku",
        "2 times",
    ),
    Case(
        whole("orders", "quantity", "quantiy"),
        "PP-DIALECT-HEADER-MISSING",
        "orders.csv",
        1,
        "quantity",
        "is 'quantiy' meant?",
    ),
    Case(
        whole("orders", "sku,", "SKU,"),
        "PP-DIALECT-HEADER-MISSING",
        "orders.csv",
        1,
        "sku",
        "is 'SKU' meant?",
    ),
    Case(
        whole("orders", "region_id", "place"),
        "PP-DIALECT-HEADER-MISSING",
        "orders.csv",
        1,
        "region_id",
        "to place an order are missing",
    ),
    Case(
        {"orders": ORDERS.split("\n", 1)[1]},
        "PP-DIALECT-HEADER-MISSING",
        "orders.csv",
        1,
        "order_id",
        "missing from the header",
    ),  # no header
    Case(
        after("orders", ORDERS),
        "PP-DIALECT-HEADER-AGAIN",
        "orders.csv",
        5,
        "",
        "header is repeated",
    ),  # files joined
    o("O2,2025-01-13,B,2,C2,R2,x", "PP-DIALECT-EXTRA", "", "row has 7 cells, expected 6"),
    o("O2,2025-01-13,B,2", "PP-DIALECT-SHORT", "", "row has 4 cells, expected 6"),
    o('O2,2025-01-13,"B,2,C2,R2', "PP-DIALECT-QUOTE", "", "a quote opens here and is not closed"),
    o('O2,2025-01-13,"B"x,2,C2,R2', "PP-DIALECT-QUOTE", "", "not closed before the next comma"),
    o('O2,2025-01-13,B,"1,5",C2,R2', "PP-VALUE-DECIMAL", "quantity", 'set ingest.decimal = ","'),
    o('O2,2025-01-13,B,"1,500",C2,R2', "PP-VALUE-THOUSANDS", "quantity", "without thousands signs"),
    Case(
        whole("products", "0.01", '"0,01"'),
        "PP-VALUE-DECIMAL",
        "products.csv",
        2,
        "unit_volume_m3",
        "decimal commas",
    ),
    Case(
        {n: t.replace(",", ";") for n, t in CLEAN.items()},
        "PP-VALUE-DECIMAL",
        "products.csv",
        2,
        "unit_volume_m3",
        "the cell has a point",
        {"decimal": ",", "delimiter": ";"},
    ),
    # --- values
    o(
        "O2,2025-01-13,B,two,C2,R2",
        "PP-VALUE-NUMBER",
        "quantity",
        "quantity is 'two', expected a whole number above 0",
    ),
    o("O2,2025-01-13,B,1.5,C2,R2", "PP-VALUE-FRACTION", "quantity", "quantity is 1.5"),
    o("O2,2025-01-13,B,0,C2,R2", "PP-VALUE-ZERO", "quantity", 'ingest.cancellations = "drop"'),
    o("O2,2025-01-13,B,-2,C2,R2", "PP-VALUE-NEGATIVE", "quantity", "order O2: quantity is -2"),
    o("O2,2025-01-13,B,NaN,C2,R2", "PP-VALUE-NOT-FINITE", "quantity", "leave the cell empty"),
    o("O2,2025-01-13,B,inf,C2,R2", "PP-VALUE-NOT-FINITE", "quantity", "quantity is 'inf'"),
    o(
        "O2,2025-01-13,B,4006381333931,C2,R2",
        "PP-VALUE-OVERFLOW",
        "quantity",
        "the most is 1,000,000,000",
    ),  # a barcode
    o("O2,2025-01-13,B,1e400,C2,R2", "PP-VALUE-OVERFLOW", "quantity", "too large"),
    o("O2,2025-01-13,B,1_000,C2,R2", "PP-VALUE-THOUSANDS", "quantity", "1_000"),
    o("O2,2025-01-13,B,,C2,R2", "PP-VALUE-MISSING", "quantity", "quantity is empty"),
    o(",2025-01-13,B,2,C2,R2", "PP-VALUE-MISSING", "order_id", "order ?: order_id is empty"),
    o(
        "  ,2025-01-13,B,2,C2,R2", "PP-VALUE-MISSING", "order_id", "order_id is empty"
    ),  # blanks only
    Case(
        whole("lanes", "SP,2", "SP,-2"),
        "PP-VALUE-NEGATIVE",
        "lanes.csv",
        2,
        "lead_time_days",
        "lane DC1 -> SP: lead_time_days is -2, expected a whole number from 0 to 3,650",
    ),
    Case(
        whole("lanes", "mon\n", "monday\n"),
        "PP-VALUE-CHOICE",
        "lanes.csv",
        2,
        "ship_weekdays",
        "weekdays such as mon,thu",
    ),
    Case(
        whole("nodes", "origin", "hub"),
        "PP-VALUE-CHOICE",
        "nodes.csv",
        2,
        "kind",
        "expected one of origin, forward",
    ),
    Case(
        whole("consents", "yes", "perhaps"),
        "PP-VALUE-BOOLEAN",
        "consents.csv",
        2,
        "granted",
        "expected true or false",
    ),
    Case(
        whole("neighbours", "R2,1", "R2,0"),
        "PP-VALUE-ZERO",
        "neighbours.csv",
        2,
        "weight",
        "above 0",
    ),
    Case(
        whole("stock", "A,100", "A,-1"),
        "PP-VALUE-NEGATIVE",
        "stock.csv",
        2,
        "on_hand",
        "stock of A at DC1",
    ),
    Case(
        whole("overrides", "max,50", "min,"),
        "PP-VALUE-MISSING",
        "overrides.csv",
        2,
        "quantity",
        "as the rule is min",
    ),
    Case(
        whole("products", ",6,", ",0,"),
        "PP-VALUE-ZERO",
        "products.csv",
        2,
        "case_pack",
        "case_pack is 0",
    ),
    # --- keys
    Case(
        after("products", "A,0.05,1,6,\n"),
        "PP-KEY-TWICE",
        "products.csv",
        4,
        "sku",
        "other values than on line 2",
    ),
    Case(
        after("lanes", "DC1,SP,9,mon\n"), "PP-KEY-TWICE", "lanes.csv", 4, "origin", "lane DC1 -> SP"
    ),
    o(
        "O2,2025-01-13,X,2,C2,R2",
        "PP-KEY-UNKNOWN",
        "sku",
        "sku is 'X', expected a sku of products.csv",
    ),
    o("O2,2025-01-13,b,2,C2,R2", "PP-KEY-UNKNOWN", "sku", "is 'B' meant?"),  # case
    o("O2,2025-01-13,B,2,C2,R9", "PP-KEY-UNKNOWN", "region_id", "region_id is 'R9'"),
    Case(
        whole("stock", "DC1,A", "DC9,A"),
        "PP-KEY-UNKNOWN",
        "stock.csv",
        2,
        "node_id",
        "node_id is 'DC9'",
    ),
    Case(
        whole("lanes", "DC1,SP", "SP,SP"),
        "PP-KEY-SELF",
        "lanes.csv",
        2,
        "destination",
        "destination is its origin",
    ),
    Case(
        whole("overrides", "DC1,SP", "SP,HH"),
        "PP-KEY-LANE",
        "overrides.csv",
        2,
        "destination",
        "no such lane in lanes.csv",
    ),
    Case(  # no lanes table: from origins to forward nodes
        whole("overrides", "DC1,SP", "SP,HH") | {"lanes": None},
        "PP-KEY-LANE",
        "overrides.csv",
        2,
        "destination",
        "override SP -> HH: without a lanes table",
    ),
    Case(
        whole("neighbours", "R1,R2", "R1,R1"),
        "PP-KEY-SELF",
        "neighbours.csv",
        2,
        "neighbour_id",
        "the region itself",
    ),
    Case(
        after("orders", "O3,2025-01-20 18:00:00,A,3,,R1\n"),
        "PP-KEY-REPEATED",
        "orders.csv",
        5,
        "order_id",
        "repeats line 4",
        {"duplicates": "refuse"},
    ),
    Case(
        {"lanes": "origin,destination,lead_time_days,lane_id\nDC1,SP,2,L\nDC1,HH,1,L\n"},
        "PP-KEY-TWICE",
        "lanes.csv",
        3,
        "lane_id",
        "another pair of nodes",
    ),
    # --- time
    o("O2,2025-04-01,B,2,C2,R2", "PP-TIME-FUTURE", "ordered_at", "lies after today, 2025-03-31"),
    o("O2,0026-01-13,B,2,C2,R2", "PP-TIME-YEAR", "ordered_at", "the year is 26"),
    o("O2,45670,B,2,C2,R2", "PP-TIME-SERIAL", "ordered_at", "Excel's number for 2025-01-13"),
    o(
        "O2,05/04/2025,B,2,C2,R2",
        "PP-TIME-AMBIGUOUS",
        "ordered_at",
        'set ingest.dates = "dmy" or "mdy"',
    ),
    o("O2,13.01.2025,B,2,C2,R2", "PP-TIME-ORDER", "ordered_at", 'set ingest.dates = "dmy"'),
    o("O2,01/13/2025,B,2,C2,R2", "PP-TIME-ORDER", "ordered_at", 'set ingest.dates = "mdy"'),
    o("O2,2025-02-30,B,2,C2,R2", "PP-TIME-FORMAT", "ordered_at", "'2025-02-30'"),
    o("O2,2025-01-13 10:00 PM,B,2,C2,R2", "PP-TIME-FORMAT", "ordered_at", "10:00 PM"),
    o("O2,last week,B,2,C2,R2", "PP-TIME-FORMAT", "ordered_at", "'last week'"),
    o("O2,13/01/25,B,2,C2,R2", "PP-TIME-YEAR", "ordered_at", "the year with four digits"),
    o("O2,25-01-13,B,2,C2,R2", "PP-TIME-YEAR", "ordered_at", "the year with four digits"),
    o("O2,13/01/25,B,2,C2,R2", "PP-TIME-YEAR", "ordered_at", "four digits", dates="dmy"),
    o("O2,01/13/2025,B,2,C2,R2", "PP-TIME-ORDER", "ordered_at", '= "mdy"', dates="dmy"),
    o("O2,01/05/2025,B,2,C2,R2", "PP-TIME-FUTURE", "ordered_at", "after today", dates="dmy"),
    o("O2,31/02/2025,B,2,C2,R2", "PP-TIME-FORMAT", "ordered_at", "'31/02/2025'", dates="dmy"),
    Case(
        whole("stockouts", "2025-01-05", "2024-01-05"),
        "PP-TIME-SPAN",
        "stockouts.csv",
        2,
        "to",
        "expected 2025-01-01 or later",
    ),
    # --- hubs of receipts
    receipt("DC1,2025-01-25", "PP-TIME-SPAN", "at_hub_on", "expected 2025-01-24 or earlier"),
    receipt("DC9,2025-01-23", "PP-KEY-UNKNOWN", "hub_node_id", "'DC9'"),
    receipt("SP,2025-01-23", "PP-KEY-SELF", "hub_node_id", "expected another node"),
    receipt("DC1,", "PP-VALUE-MISSING", "at_hub_on", "at_hub_on is '', expected both or none"),
    receipt(",2025-01-23", "PP-VALUE-MISSING", "at_hub_on", "hub_node_id is '' and"),
    receipt("DC1,soon", "PP-TIME-FORMAT", "at_hub_on", "'soon'"),
    # --- place
    Case(
        whole("nodes", "52.5,13.4", "113.4,52.5"),
        "PP-PLACE-LATITUDE",
        "nodes.csv",
        2,
        "latitude",
        "are latitude and longitude swapped?",
    ),
    Case(
        {
            "nodes": "node_id,kind,latitude,longitude\nDC1,origin,52.5,13.4\n"
            "SP,forward,11.6,48.1\nHH,forward,53.6,10\n"
        },
        "PP-PLACE-SWAPPED",
        "nodes.csv",
        3,
        "latitude",
        "swap them",
    ),
    Case(
        whole("nodes", "52.5,13.4", "0,0"),
        "PP-PLACE-NULL-ISLAND",
        "nodes.csv",
        2,
        "latitude",
        "both 0",
    ),
    Case(
        whole("nodes", "52.5,13.4", "5822000,13.4"),
        "PP-PLACE-METRES",
        "nodes.csv",
        2,
        "latitude",
        "projected metres",
    ),
    Case(
        whole("nodes", "52.5,13.4", "52.5,190"),
        "PP-PLACE-LONGITUDE",
        "nodes.csv",
        2,
        "longitude",
        "longitude is 190",
    ),
    o("O2,2025-01-13,B,2,C2,", "PP-PLACE-NONE", "region_id", "place is empty"),
    Case(
        {
            "orders": "order_id,ordered_at,sku,quantity,latitude,longitude\n"
            "O1,2025-01-06,A,1,52,13\nO2,2025-01-07,A,1,52,\n"
        },
        "PP-PLACE-HALF",
        "orders.csv",
        3,
        "latitude",
        "expected both or none",
    ),
    Case(
        {"places": "postal_code,latitude,longitude\n80331,48.1,11.6\n10115,13.4,52.5\n"},
        "PP-PLACE-SWAPPED",
        "places.csv",
        3,
        "latitude",
        "postal code 10115: latitude is 13.4 and longitude 52.5",
    ),
    # --- sense
    Case(
        {"forecasts": FORECASTS + "R1,A,2025-04-07,2,1,3,2.5\n"},
        "PP-VALUE-QUANTILES",
        "forecasts.csv",
        3,
        "q90",
        "q90 is 2.5, expected no less than a lower quantile",
    ),
    Case(
        after("overrides", "A,DC1,SP,min,60\n"),
        "PP-SENSE-OVERRIDES",
        "overrides.csv",
        3,
        "rule",
        "min 60 contradicts max 50 on line 2",
    ),
    Case(
        {"overrides": "sku,origin,destination,rule,quantity\nA,DC1,SP,pin,5\n*,DC1,SP,forbid,\n"},
        "PP-SENSE-OVERRIDES",
        "overrides.csv",
        3,
        "rule",
        "forbid contradicts pin 5",
    ),
    # --- hostile
    o("=1+1,2025-01-13,B,2,C2,R2", "PP-ID-FORMULA", "order_id", "ingest.allow_odd_ids"),
    o("O2,2025-01-13,B,2,@SUM(A1),R2", "PP-ID-FORMULA", "customer_id", "runs it as a formula"),
    o("../../etc/passwd,2025-01-13,B,2,C2,R2", "PP-ID-PATH", "order_id", "way through folders"),
    o("O2,2025-01-13,B,2,.,R2", "PP-ID-PATH", "customer_id", "way through folders"),
    o("O2\x1b[31m,2025-01-13,B,2,C2,R2", "PP-ID-CONTROL", "order_id", "steer a terminal"),
    o('"O2\nx",2025-01-13,B,2,C2,R2', "PP-ID-CONTROL", "order_id", "not seen"),  # a line end
    o("O2\u202egpj,2025-01-13,B,2,C2,R2", "PP-ID-CONTROL", "order_id", "not seen"),  # reversed text
    o(
        "'; DROP TABLE orders; --,2025-01-13,X,2,C2,R2", "PP-KEY-UNKNOWN", "sku", "DROP TABLE"
    ),  # the id is kept and named
    Case(
        whole("orders", "region_id", 'region_id"); DROP VIEW orders; --'),
        "PP-DIALECT-HEADER-MISSING",
        "orders.csv",
        1,
        "region_id",
        "missing",
    ),
    o("O2" + "x" * 300 + ",2025-01-13,B,2,C2,R2", "PP-ID-LONG", "order_id", "302 letters"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.words[:24]}")
def test_bad_input_is_named_with_its_place(case: Case, tmp_path: Path) -> None:
    """The fault has the code, file, line, column and words it should."""
    found = read(tmp_path, case.change, **case.options).findings.faults

    places = [(f.code, f.file, f.line, f.column) for f in found]
    assert (case.code, case.file, case.line, case.column) in places, list(map(str, found))
    told = [
        str(f) for f in found if (f.code, f.line, f.column) == (case.code, case.line, case.column)
    ]
    assert any(case.words in words for words in told), told


def test_cases_are_many_and_their_codes_explained() -> None:
    """At least sixty cases, and every code is in the catalogue."""
    assert len(CASES) >= 60
    assert {case.code for case in CASES} <= set(CODES)


def test_clean_workspace_has_no_faults(tmp_path: Path) -> None:
    """What the cases break is whole before."""
    assert read(tmp_path, CLEAN).findings.faults == ()


def test_gzip_that_unpacks_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bomb is stopped at its limit, before it fills the disk."""
    monkeypatch.setattr(gate, "FREE_BYTES", 2 << 20)

    packed = gzip.compress(b"0,0\n" * (2 << 20), 9)
    found = read(tmp_path, {"orders": packed}).findings.faults

    assert ("PP-FILE-BOMB", "orders.csv") in [(f.code, f.file) for f in found]
    assert (tmp_path / "work" / "orders.csv.unpacked").stat().st_size <= 3 << 20
